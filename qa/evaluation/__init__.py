"""Evaluation: benchmark sets in, figures with intervals out."""

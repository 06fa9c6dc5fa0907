"""Figures on what was held out, and the model card that states them."""

"""Families of examples: each knows one way to make a question with passages that answer it and passages that do not."""

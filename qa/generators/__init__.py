"""Generators: what puts the chosen evidence into words."""

from qa.generators.base import Draft, Generator
from qa.generators.quote import QuoteGenerator

__all__ = ["Draft", "Generator", "QuoteGenerator"]

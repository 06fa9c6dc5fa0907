"""Generators: what puts the chosen evidence into words."""

from qa.generators.base import Draft, Generator
from qa.generators.quote import QuoteGenerator
from qa.generators.specs import make_generator

__all__ = ["Draft", "Generator", "QuoteGenerator", "make_generator"]

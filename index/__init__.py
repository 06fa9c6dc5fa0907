"""How passages are found: encoders, dense and lexical search, their fusion, and the index on disk."""

from index.encoder import Encoder, load_encoder
from index.search import Hit, Index, SearchMode

__all__ = ["Encoder", "Hit", "Index", "SearchMode", "load_encoder"]

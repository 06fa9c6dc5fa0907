"""What is read: documents, sections, passages and sentences as character spans, and the readers that make them."""

from corpus.loader import Corpus, load_corpus, make_corpus, read_text
from corpus.places import default_corpus_path
from corpus.records import Document, Passage, Section

__all__ = ["Corpus", "Document", "Passage", "Section", "default_corpus_path", "load_corpus", "make_corpus", "read_text"]

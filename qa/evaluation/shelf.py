"""A retrieval set's documents, indexed by the product's own parts, one document a row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from corpus import read_text
from index.lexical import LexicalIndex
from index.vectors import DenseIndex
from index.words import terms
from qa.evidence_input import Evidence

if TYPE_CHECKING:
    from qa.evaluation.configuration import Configuration
    from qa.evaluation.records import BenchmarkDocument
    from qa.evaluation.task import Parts


READ_SENTENCES = 12
"""Sentences of a document that the evidence model reads; the product's passages are shorter."""
LABEL = 90
"""Characters of a document that reports show."""


class Shelf:
    """Indexes over the same documents, each built when first asked for."""

    def __init__(self, documents: tuple[BenchmarkDocument, ...], parts: Parts) -> None:
        self.ids = [document.id for document in documents]
        self._documents = documents
        self._parts = parts
        self._dense: dict[str | None, DenseIndex] = {}

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The lexical index."""
        return LexicalIndex.build([document.passage for document in self._documents])

    def dense(self, configuration: Configuration) -> DenseIndex:
        """Return the dense index of a configuration's encoder."""
        if configuration.encoder not in self._dense:
            encoder = self._parts.encoder(configuration, exact=True)
            self._dense[configuration.encoder] = DenseIndex(encoder.encode([d.passage for d in self._documents]))
        return self._dense[configuration.encoder]

    @cached_property
    def heading_terms(self) -> frozenset[str]:
        """The terms of all titles."""
        return frozenset(term for title in {d.title for d in self._documents} for term in terms(title))

    def label(self, document_id: str) -> str:
        """Return a document for a reader: the beginning of its text, and its id."""
        row = self._rows.get(document_id)
        words = " ".join(self.text(row).split()) if row is not None else "(not in the corpus)"
        return f"{words[:LABEL]}{'…' if len(words) > LABEL else ''} [{document_id}]"

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {document_id: row for row, document_id in enumerate(self.ids)}

    def evidence(self, row: int) -> Evidence:
        """Return a row as the evidence model reads it: the title, and the sentences with which the text begins."""
        document = self._documents[row]
        read = read_text(document.text, title=document.title)
        spans = [sentence for passage in read.passages for sentence in passage.sentences][:READ_SENTENCES]
        return Evidence(document.title, tuple(read.text[span.start : span.end] for span in spans))

    def text(self, row: int) -> str:
        """Return the text of a row."""
        return self._documents[row].passage

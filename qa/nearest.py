"""What is close to a question: the sections that its hits stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Corpus, Document, Section
    from index import Hit

NEAREST_SECTIONS = 3


def nearest_sections(hits: Sequence[Hit], corpus: Corpus) -> tuple[tuple[Document, Section], ...]:
    """Return up to three sections, best first, each title once; in a corpus of several documents once a document."""
    many = len(corpus.documents) > 1
    found: dict[tuple[str, str], tuple[Document, Section]] = {}
    for hit in hits:
        document = corpus.document(hit.passage.document_id)
        section = document.section(hit.passage.section_id)
        found.setdefault((document.id if many else "", section.title), (document, section))
    return tuple(found.values())[:NEAREST_SECTIONS]

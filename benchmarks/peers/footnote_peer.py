"""Footnote, as `footnote index` does it: vectors and words. It runs in the project's own environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peer import serve

from corpus import make_corpus, read_text
from index import Index, load_encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer import Search

encoder = load_encoder()


def index(rows: Sequence[dict[str, str]]) -> Search:
    """Index the texts, which are cut into passages; return how to search them."""
    made = Index.build(
        make_corpus([read_text(row["text"], title=row["id"], document_id=row["id"]) for row in rows]), encoder
    )
    return lambda query: made.search(query, 1)[0].passage.document_id


if __name__ == "__main__":
    serve("footnote", index)

"""txtai: Embeddings with content, as its quick start does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peer import serve, weights
from txtai import Embeddings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer import Search

embeddings = Embeddings(path=weights(), content=True)


def index(rows: Sequence[dict[str, str]]) -> Search:
    """Index the texts; return how to search them."""
    embeddings.index([(row["id"], row["text"]) for row in rows])
    return lambda query: str(embeddings.search(query, 1)[0]["id"])


if __name__ == "__main__":
    serve("txtai", index)

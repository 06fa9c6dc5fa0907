"""Haystack: a pipeline of SentenceTransformersDocumentEmbedder and DocumentWriter, as its quick start does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from peer import serve, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer import Search

embedder = SentenceTransformersDocumentEmbedder(model=weights())
asker = SentenceTransformersTextEmbedder(model=weights())
for each in (embedder, asker):
    each.warm_up()


def index(rows: Sequence[dict[str, str]]) -> Search:
    """Index the texts; return how to search them."""
    store = InMemoryDocumentStore()
    embedded = embedder.run(documents=[Document(content=row["text"], meta={"id": row["id"]}) for row in rows])
    writing = Pipeline()
    writing.add_component("writer", DocumentWriter(document_store=store))
    writing.run({"writer": {"documents": embedded["documents"]}})
    retriever = InMemoryEmbeddingRetriever(document_store=store, top_k=1)

    def search(query: str) -> str:
        vector = asker.run(text=query)["embedding"]
        return str(retriever.run(query_embedding=vector)["documents"][0].meta["id"])

    return search


if __name__ == "__main__":
    serve("haystack-ai", index)

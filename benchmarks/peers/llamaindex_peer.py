"""LlamaIndex: VectorStoreIndex.from_documents with HuggingFaceEmbedding, as its quick start does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core import Document, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from peer import serve, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer import Search

embeddings = HuggingFaceEmbedding(model_name=weights())


def index(rows: Sequence[dict[str, str]]) -> Search:
    """Index the texts; return how to search them."""
    documents = [Document(text=row["text"], metadata={"id": row["id"]}) for row in rows]
    retriever = VectorStoreIndex.from_documents(documents, embed_model=embeddings).as_retriever(similarity_top_k=1)
    return lambda query: str(retriever.retrieve(query)[0].node.metadata["id"])


if __name__ == "__main__":
    serve("llama-index-core", index)

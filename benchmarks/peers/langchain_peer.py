"""LangChain: HuggingFaceEmbeddings into an InMemoryVectorStore, as its quick start does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings
from peer import serve, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer import Search

embeddings = HuggingFaceEmbeddings(model_name=weights())


def index(rows: Sequence[dict[str, str]]) -> Search:
    """Index the texts; return how to search them."""
    documents = [Document(page_content=row["text"], metadata={"id": row["id"]}) for row in rows]
    store = InMemoryVectorStore.from_documents(documents, embeddings)
    return lambda query: str(store.similarity_search(query, k=1)[0].metadata["id"])


if __name__ == "__main__":
    serve("langchain-core", index)

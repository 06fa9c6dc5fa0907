"""The index in Milvus: passages, vectors and BM25 on a server that many replicas ask."""

"""Texts as numbers: sentence embeddings, kept across runs, and tables that hold them."""

from cutplane.embedding.cache import VectorCache
from cutplane.embedding.encoder import EMBEDDING_DTYPES, POOLINGS, Encoder, load_encoder
from cutplane.embedding.tables import TextTable, read_texts, write_embedded

__all__ = [
    "EMBEDDING_DTYPES",
    "POOLINGS",
    "Encoder",
    "TextTable",
    "VectorCache",
    "load_encoder",
    "read_texts",
    "write_embedded",
]

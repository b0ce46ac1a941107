"""Rows that need not fit into memory, each asked once."""

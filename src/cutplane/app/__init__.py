"""Labelling: a page where people answer, what they said, and a thread that learns of it."""

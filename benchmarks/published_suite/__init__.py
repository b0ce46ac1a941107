"""The parts of `published.py`: protocol, published numbers, runs, tables."""

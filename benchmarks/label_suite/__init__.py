"""Parts of `benchmarks/suite.py`: data sets, methods, play, store, statistics, figures."""

"""Parts of `benchmarks/center.py`: problems, the rivals and their formulations, the report."""

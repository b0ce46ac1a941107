"""Parts of `benchmarks/scale.py`: pools, cells, phases, targets, the report."""

"""Played runs: a simulated oracle, the run folder and its figures."""

"""Centers of the version space: one file for each."""

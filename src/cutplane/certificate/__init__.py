"""What every cut left of the version space, beside the bound of Theorem 6.3."""

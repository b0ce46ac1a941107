"""How far the networks of a version space differ on a row, and probabilities from it."""

"""The centers that need no sampling, by Newton's method on the gate tree."""

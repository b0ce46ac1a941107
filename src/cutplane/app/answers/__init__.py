"""What people say: checked and recorded at once, and who is asked what next."""

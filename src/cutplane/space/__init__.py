"""What is to be centered: gates, the gate tree, cuts, and the version space they make."""

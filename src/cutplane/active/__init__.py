"""Active learning: what to ask, whom, how to keep the answers, and when to stop."""

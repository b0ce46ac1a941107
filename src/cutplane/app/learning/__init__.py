"""What is learnt of the answers, in a thread that nobody waits for, and what people see of it."""

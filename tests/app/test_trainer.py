"""The thread that learns: nobody waits for it, and what it learns is what the journal says."""

"""The labelling side: a page, a terminal and a team, on the journal of events."""

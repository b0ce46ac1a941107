"""Labelling by people: the page, the team behind it, and what they record."""

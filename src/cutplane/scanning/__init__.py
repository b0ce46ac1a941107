"""Rows too many to look at closely, scored in passing: block by block, wherever they are."""

"""The journal of a team: the same events with the same checksums, in a PostgreSQL database."""

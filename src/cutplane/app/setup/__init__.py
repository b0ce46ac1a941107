"""From a table and options to a project that people label."""

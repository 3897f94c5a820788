"""SQLite files: the embedded source."""

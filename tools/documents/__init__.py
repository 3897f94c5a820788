"""Documents and archives, opened as text."""

"""remit's own tools, as one more source."""

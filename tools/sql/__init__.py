"""What one SQL statement touches, whether it writes, and the text that may run in its place."""

"""Sources of files: what their tools have in common."""

"""The console: what administrators see and switch, on one page and without a script."""

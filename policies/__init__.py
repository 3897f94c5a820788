"""What may happen: pure and synchronous; time is an argument. Read `call.py` first."""

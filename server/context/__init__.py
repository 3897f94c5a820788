"""What a user and their client have between calls: see policies/context.py."""

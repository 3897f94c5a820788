"""What leaves in a write, looked through: see policies/flow.py for what is made of it."""

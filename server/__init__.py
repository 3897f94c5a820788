"""The running service: transports, state, wiring. Read `pipeline.py` first."""

"""Notices what is out of the ordinary, and acts on it. policies/anomalies.py has the rules."""

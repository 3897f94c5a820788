"""What connectors over HTTP have in common: members of JSON, and what a failing system means for a call."""

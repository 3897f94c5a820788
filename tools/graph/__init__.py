"""Microsoft Graph, as far as all that is reached over it has in common."""

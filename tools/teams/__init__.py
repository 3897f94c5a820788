"""Microsoft Teams, over Microsoft Graph."""

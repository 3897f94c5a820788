"""Document libraries of SharePoint, over Microsoft Graph."""

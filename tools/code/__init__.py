"""What connectors to forges of code have in common: the same tools, under each one's own words."""

"""A sample organisation, and a tour through it with a real MCP client."""

"""What every HTTP request passes before the protocol sees it. Knows HTTP, and not `mcp`."""

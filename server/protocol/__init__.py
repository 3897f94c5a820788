"""The Model Context Protocol: the only room that knows `mcp`. Read `app.py` first."""

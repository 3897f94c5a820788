"""What to paste into a client's settings so that it starts, or reaches, this server."""

import json
from collections.abc import Mapping, Sequence

from policies.call import Json


def stdio(command: Sequence[str]) -> Mapping[str, Mapping[str, Json]]:
    """By client: the file to paste into, and below it the settings that start the server."""
    entry: dict[str, Json] = {"command": command[0], "args": list(command[1:])}
    typed: dict[str, Json] = {"type": "stdio", **entry}
    return {
        "Claude Desktop: claude_desktop_config.json": {"mcpServers": {"remit": entry}},
        "Claude Code: .mcp.json": {"mcpServers": {"remit": typed}},
        "VS Code: .vscode/mcp.json": {"servers": {"remit": typed}},
        "Cursor: .cursor/mcp.json": {"mcpServers": {"remit": entry}},
    }


def http(url: str) -> Mapping[str, Mapping[str, Json]]:
    """The same for a server that already listens. Claude Desktop takes its URL as a connector."""
    typed: Json = {"type": "http", "url": url}
    return {
        "Claude Code: .mcp.json": {"mcpServers": {"remit": typed}},
        "VS Code: .vscode/mcp.json": {"servers": {"remit": typed}},
        "Cursor: .cursor/mcp.json": {"mcpServers": {"remit": {"url": url}}},
    }


def text(settings: Mapping[str, Mapping[str, Json]]) -> str:
    return "\n\n".join(f"{where}\n{json.dumps(value, indent=2)}" for where, value in settings.items())

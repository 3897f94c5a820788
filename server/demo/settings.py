"""What to paste into a client's settings so that it starts, or reaches, this server."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.canonical import Json

BRIDGE = "mcp-remote@0.15.1"
"""An npm program that a client can start as a server, and that passes on to one that listens."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`text` goes into the client's file `where`; examples/clients/ has it under the name `example`."""

    where: str
    example: str
    text: str


def stdio(command: Sequence[str]) -> tuple[Settings, ...]:
    """The settings with which each client starts the server."""
    entry: dict[str, Json] = {"command": command[0], "args": list(command[1:])}
    typed: dict[str, Json] = {"type": "stdio", **entry}
    servers: Json = {"mcpServers": {"remit": entry}}
    return (
        _json("Claude Desktop: claude_desktop_config.json", "claude-desktop.json", servers),
        _json("Claude Code: .mcp.json", "claude-code.mcp.json", {"mcpServers": {"remit": typed}}),
        _json("VS Code: .vscode/mcp.json", "vscode.mcp.json", {"servers": {"remit": typed}}),
        _json("Cursor: .cursor/mcp.json", "cursor.mcp.json", servers),
        _toml("Codex: ~/.codex/config.toml", "codex.config.toml", entry),
        _opencode("opencode.json", {"type": "local", "command": list(command)}),
        _json("Gemini CLI: .gemini/settings.json", "gemini.settings.json", servers),
    )


def http(url: str) -> tuple[Settings, ...]:
    """The same for a server that already listens."""
    typed: Json = {"type": "http", "url": url}
    bridge: Json = {"command": "npx", "args": ["-y", BRIDGE, url]}
    return (
        _json("Claude Code: .mcp.json", "claude-code-http.mcp.json", {"mcpServers": {"remit": typed}}),
        _json("VS Code: .vscode/mcp.json", "vscode-http.mcp.json", {"servers": {"remit": typed}}),
        _json("Cursor: .cursor/mcp.json", "cursor-http.mcp.json", {"mcpServers": {"remit": {"url": url}}}),
        _toml("Codex: ~/.codex/config.toml", "codex-http.config.toml", {"url": url}),
        _opencode("opencode-http.json", {"type": "remote", "url": url}),
        _json(
            "Gemini CLI: .gemini/settings.json",
            "gemini-http.settings.json",
            {"mcpServers": {"remit": {"httpUrl": url}}},
        ),
        _json(
            "Claude Desktop, and others that only start servers: through mcp-remote",
            "mcp-remote.json",
            {"mcpServers": {"remit": bridge}},
        ),
    )


def text(settings: Sequence[Settings]) -> str:
    return "\n\n".join(f"{paste.where}\n{paste.text.rstrip()}" for paste in settings)


def _json(where: str, example: str, value: Json) -> Settings:
    return Settings(where, example, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _opencode(example: str, entry: Json) -> Settings:
    return _json(
        "opencode: opencode.json",
        example,
        {"$schema": "https://opencode.ai/config.json", "mcp": {"remit": entry}},
    )


def _toml(where: str, example: str, entry: Mapping[str, Json]) -> Settings:
    """Strings and lists of strings are written in TOML as in JSON."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items())
    return Settings(where, example, "\n".join(("[mcp_servers.remit]", *lines, "")))

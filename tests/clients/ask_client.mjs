// Visits a server with @modelcontextprotocol/client, the TypeScript SDK of both eras.

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const { target, calls } = JSON.parse(process.argv[2]);

function transport() {
  const [command, ...args] = target.command;
  if (command) return new StdioClientTransport({ command, args });
  const url = new URL(target.url);
  return target.sse ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url);
}

const modern = target.protocol === "2026-07-28";
const client = new Client(
  { name: "visitor", version: "1" },
  { versionNegotiation: { mode: modern ? { pin: target.protocol } : "legacy" } },
);
await client.connect(transport());
// What it has listed it validates against the output schema.
const { tools } = await client.listTools();
const results = {};
for (const [name, call] of Object.entries(calls)) results[name] = await client.callTool(call);
const cursor = results.page.structuredContent.next;
results.next_page = await client.callTool({
  name: calls.page.name,
  arguments: { ...calls.page.arguments, cursor },
});
console.log(JSON.stringify({ protocol: client.getNegotiatedProtocolVersion(), tools, ...results }));
await client.close();

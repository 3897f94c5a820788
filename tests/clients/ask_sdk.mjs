// Visits a server with @modelcontextprotocol/sdk, the TypeScript SDK of the handshake era.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { target, calls } = JSON.parse(process.argv[2]);

function transport() {
  const [command, ...args] = target.command;
  if (command) return new StdioClientTransport({ command, args });
  const url = new URL(target.url);
  return target.sse ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url);
}

const client = new Client({ name: "visitor", version: "1" });
const used = transport();
let protocol;
// The transport is told the version that was agreed on; the client does not say it.
used.setProtocolVersion = ((told) => (version) => {
  protocol = version;
  told?.call(used, version);
})(used.setProtocolVersion);
await client.connect(used);
// What it has listed it validates against the output schema.
const { tools } = await client.listTools();
const results = {};
for (const [name, call] of Object.entries(calls)) results[name] = await client.callTool(call);
const cursor = results.page.structuredContent.next;
results.next_page = await client.callTool({
  name: calls.page.name,
  arguments: { ...calls.page.arguments, cursor },
});
console.log(JSON.stringify({ protocol, tools, ...results }));
await client.close();

// Asks for an action with @modelcontextprotocol/client, and says at its form what it is told to say.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const { target, call, says } = JSON.parse(process.argv[2]);
const [command, ...args] = target.command;
const asked = [];

const modern = target.protocol === "2026-07-28";
const client = new Client(
  { name: "confirmer", version: "1" },
  {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: modern ? { pin: target.protocol } : "legacy" },
  },
);
client.setRequestHandler("elicitation/create", async (request) => {
  asked.push(request.params.message);
  return says;
});
await client.connect(
  command
    ? new StdioClientTransport({ command, args })
    : new StreamableHTTPClientTransport(new URL(target.url)),
);
await client.listTools();
console.log(JSON.stringify({ asked, result: await client.callTool(call) }));
await client.close();

// Asks for an action with @modelcontextprotocol/sdk, and says at its form what it is told to say.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const { target, call, says } = JSON.parse(process.argv[2]);
const [command, ...args] = target.command;
const asked = [];

const client = new Client(
  { name: "confirmer", version: "1" },
  { capabilities: { elicitation: { form: {} } } },
);
client.setRequestHandler(ElicitRequestSchema, async (request) => {
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

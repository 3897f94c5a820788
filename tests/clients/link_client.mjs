// Asks for actions with @modelcontextprotocol/client: it reads calls, and prints each result, and what it had to
// open. With `opens` it is one that opens addresses and shows no form; without, it can ask its user nothing.

import { createInterface } from "node:readline";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const { url, protocol, token, opens } = JSON.parse(process.argv[2]);

function say(line) {
  console.log(JSON.stringify(line));
}

const client = new Client(
  { name: "linked", version: "1" },
  {
    capabilities: opens ? { elicitation: { url: {} } } : {},
    versionNegotiation: { mode: protocol === "2026-07-28" ? { pin: protocol } : "legacy" },
  },
);
if (opens) {
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    say({ opened: params.url, told: params.message });
    return { action: "accept" };
  });
}
const headers = { authorization: `Bearer ${token}` };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
await client.listTools();
for await (const line of createInterface({ input: process.stdin })) {
  say({ result: await client.callTool(JSON.parse(line)) });
}
await client.close();

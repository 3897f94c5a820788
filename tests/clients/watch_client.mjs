// Watches a server's list of tools with @modelcontextprotocol/client: prints it, and again at each change.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const target = JSON.parse(process.argv[2]);

function show(tools) {
  console.log(JSON.stringify(tools.map((tool) => tool.name)));
}

const ended = Promise.withResolvers();
const client = new Client(
  { name: "watcher", version: "1" },
  {
    versionNegotiation: {
      mode: target.protocol === "2026-07-28" ? { pin: target.protocol } : "legacy",
    },
    listChanged: {
      tools: { onChanged: (error, tools) => (error ? ended.reject(error) : show(tools)) },
    },
  },
);
setTimeout(() => ended.reject(new Error("nobody ended this")), 120_000);
await client.connect(new StreamableHTTPClientTransport(new URL(target.url)));
show((await client.listTools()).tools);
await ended.promise;

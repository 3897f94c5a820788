// Watches a server's list of tools with @modelcontextprotocol/client: prints it, and again once it changes.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const target = JSON.parse(process.argv[2]);

function show(tools) {
  console.log(JSON.stringify(tools.map((tool) => tool.name)));
}

const changed = Promise.withResolvers();
const client = new Client(
  { name: "watcher", version: "1" },
  {
    versionNegotiation: {
      mode: target.protocol === "2026-07-28" ? { pin: target.protocol } : "legacy",
    },
    listChanged: {
      tools: { onChanged: (error, tools) => (error ? changed.reject(error) : changed.resolve(tools)) },
    },
  },
);
setTimeout(() => changed.reject(new Error("nothing changed")), 30_000).unref();
await client.connect(new StreamableHTTPClientTransport(new URL(target.url)));
show((await client.listTools()).tools);
show(await changed.promise);
await client.close();

/* Asks a remit server one question, over stdio or HTTP, and prints what comes back.

    npm install
    node ask.ts --stdio remit.toml shop_query '{"sql": "SELECT count(*) FROM orders"}'
    node ask.ts --http http://127.0.0.1:8787/mcp shop_schema

Without a tool it lists the tools. The exit status is 1 where the server refuses. Over HTTP it sends the
bearer token of the environment variable REMIT_TOKEN, where there is one. A question that takes longer than
--patience is taken back, and so is one that Ctrl-C interrupts: the server stops working on it. */

import { parseArgs } from "node:util";

import {
  Client,
  SdkHttpError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { Progress, Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const USAGE =
  "node ask.ts (--stdio FILE | --http URL) [--handshake] [--patience SECONDS] [TOOL [ARGUMENTS]]";

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stdio: { type: "string" },
      http: { type: "string" },
      handshake: { type: "boolean", default: false },
      patience: { type: "string", default: "60" },
    },
  });
  return { ...values, tool: positionals[0], arguments: positionals[1] ?? "{}" };
}

function transport(stdio: string | undefined, http: string | undefined): Transport {
  if (stdio) {
    return new StdioClientTransport({ command: "remit", args: ["serve", "--stdio", "--config", stdio] });
  }
  if (http) {
    const token = process.env.REMIT_TOKEN;
    return new StreamableHTTPClientTransport(new URL(http), {
      authProvider: token ? { token: async () => token } : undefined,
    });
  }
  console.error(USAGE);
  process.exit(2);
}

function asksForToken(error: unknown): boolean {
  return error instanceof UnauthorizedError || (error instanceof SdkHttpError && error.status === 401);
}

/** The server's word on how far it is, while the answer is on its way. */
function show({ progress, total, message }: Progress): void {
  console.error(message ?? `${progress}${total === undefined ? "" : ` of ${total}`}`);
}

async function ask(): Promise<number> {
  const given = options();
  const client = new Client(
    { name: "ask.ts", version: "1.0.0" },
    { versionNegotiation: { mode: given.handshake ? "legacy" : "auto" } },
  );
  const server = transport(given.stdio, given.http);
  try {
    await client.connect(server);
  } catch (error) {
    if (!asksForToken(error)) throw error;
    console.error("The server asks for a token: put one that it takes into REMIT_TOKEN.");
    return 1;
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const patience = AbortSignal.timeout(Number(given.patience) * 1000);
  try {
    if (given.tool === undefined) {
      for (const tool of (await client.listTools()).tools) console.log(`${tool.name}: ${tool.title}`);
      return 0;
    }
    const result = await client.callTool(
      { name: given.tool, arguments: JSON.parse(given.arguments) },
      // Aborting the signal tells the server that nobody waits for the answer any more.
      { signal: AbortSignal.any([interrupted.signal, patience]), onprogress: show },
    );
    for (const part of result.content) if (part.type === "text") console.log(part.text);
    return result.isError ? 1 : 0;
  } catch (error) {
    if (!patience.aborted && !interrupted.signal.aborted) throw error;
    const why = patience.aborted ? `No answer within ${given.patience} seconds` : "Interrupted";
    console.error(`${why}: the question is taken back.`);
    return 1;
  } finally {
    // Closing alone would cut off what is still on its way to the server.
    if (server instanceof StreamableHTTPClientTransport) await server.terminateSession();
    await client.close();
  }
}

process.exitCode = await ask();

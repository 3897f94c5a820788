// Asks a server that wants a token, with @modelcontextprotocol/client: it signs its user in.

import { execFileSync } from "node:child_process";

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";

const job = JSON.parse(process.argv[2]);
const kept = {};
let led;

const authProvider = {
  redirectUrl: "http://127.0.0.1/callback",
  clientMetadata: { redirect_uris: ["http://127.0.0.1/callback"], token_endpoint_auth_method: "none" },
  state: () => "a state of this client",
  // The client is known to the issuer already.
  clientInformation: () => ({ client_id: job.client }),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  redirectToAuthorization(address) {
    const [program, ...person] = job.person;
    led = execFileSync(program, [...person, address.href, "print"], { encoding: "utf8" }).trim();
  },
};

async function connected() {
  const mode = job.mode === "legacy" ? "legacy" : { pin: job.mode };
  const client = new Client({ name: "visitor", version: "1" }, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(new URL(job.url), { authProvider });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || kept.tokens) throw error;
    const { searchParams } = new URL(led);
    if (searchParams.get("state") !== authProvider.state()) throw new Error("another state");
    await transport.finishAuth(searchParams);
    return connected();
  }
}

const client = await connected();
const result = await client.callTool(job.call);
console.log(
  JSON.stringify({ protocol: client.getNegotiatedProtocolVersion(), ...result.structuredContent }),
);
await client.close();

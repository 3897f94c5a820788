// oidc-provider as the issuer, on loopback. It says where it is in one line of JSON on standard output.
// A line on standard input, "second first", makes it publish those keys and sign with the first of them.
// Arguments: the folder of node_modules, and the resources (RFC 8707) that it gives tokens for.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [modules, ...resources] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const { exportJWK, generateKeyPair } = await import(pathToFileURL(`${modules}/jose/dist/webapi/index.js`));

const people = {
  ada: { groups: ['analyst'], tenant: 'acme', territory: 'EMEA' },
  bob: { groups: ['analyst'], tenant: 'acme', territory: 'APAC' },
  eve: { groups: 'analyst', tenant: 'acme' },
};

const keys = new Map();
async function key(name) {
  if (!keys.has(name)) {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true, modulusLength: 2048 });
    keys.set(name, { ...(await exportJWK(privateKey)), kid: name, use: 'sig', alg: 'RS256' });
  }
  return keys.get(name);
}

async function provider(issuer, names) {
  return new Provider(issuer, {
    jwks: { keys: await Promise.all(names.map(key)) },
    // Of a native client any port of the loopback address will do (RFC 8252).
    clients: ['editor', 'desktop', 'pages'].map((client_id) => ({
      client_id,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback', 'http://127.0.0.1/sign-in/callback'],
      response_types: ['code'],
    })),
    scopes: ['openid', 'offline_access', 'remit:read', 'remit:act'],
    claims: { openid: ['sub', 'groups', 'tenant', 'territory'] },
    cookies: { keys: ['one machine, one test'] },
    findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
    extraTokenClaims: (_, token) => people[token.accountId],
    ttl: { AccessToken: 300, Grant: 600, IdToken: 300, Interaction: 300, Session: 600, RefreshToken: 300 },
    // Its own refuses loopback addresses, where a test listens.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_, resource) {
          if (!resources.includes(resource)) throw new Error('no such resource');
          return {
            audience: resource,
            scope: 'remit:read remit:act',
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: 'RS256', kid: names[0] } },
          };
        },
        useGrantedResource: () => true,
      },
    },
  });
}

let current;
const server = createServer((request, response) => current.callback()(request, response));
server.listen(0, '127.0.0.1', async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  current = await provider(issuer, ['first']);
  console.log(JSON.stringify({ issuer }));
  for await (const line of createInterface({ input: process.stdin })) {
    current = await provider(issuer, line.split(' '));
    console.log(JSON.stringify({ keys: line.split(' ') }));
  }
  process.exit(0);
});

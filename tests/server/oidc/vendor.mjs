// oidc-provider as the authorization server of a system that people have accounts in, at GitLab's paths or others.
// It says where it is in one line of JSON on standard output, and ends with its standard input.
// A refresh token is good once: who brings one again ends the whole grant.
// Arguments: the folder of node_modules, and where people are asked and tokens are given.

import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, authorization = '/oauth/authorize', token = '/oauth/token'] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));

const graph = [
  ...['Channel.ReadBasic.All', 'ChannelMessage.Read.All', 'Chat.Read', 'Files.Read.All', 'Team.ReadBasic.All', 'User.Read'],
  ...['ChannelMessage.ReadWrite', 'ChannelMessage.Send'],
];
let provider;
const server = createServer((request, response) => provider.callback()(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const callbacks = ['desk', 'code'].map((source) => `http://127.0.0.1/connect/return/${source}`);
  const plain = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'native',
    redirect_uris: callbacks,
  };
  provider = new Provider(issuer, {
    clients: [
      { ...plain, client_id: 'remit', token_endpoint_auth_method: 'none' },
      { ...plain, client_id: 'remit:web', client_secret: 'a secret: of 7+ words', token_endpoint_auth_method: 'client_secret_basic' },
      { ...plain, client_id: 'remit-app', client_secret: 'a secret of an app', token_endpoint_auth_method: 'client_secret_post' },
      // The system itself, which asks whose a token is (RFC 7662).
      { grant_types: [], response_types: [], redirect_uris: [], client_id: 'system', client_secret: 'asks', token_endpoint_auth_method: 'client_secret_basic' },
    ],
    cookies: { keys: ['one machine, one test'] },
    scopes: ['openid', 'offline_access', 'read_api', 'api', ...graph],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: 300, Grant: 3600, IdToken: 300, Interaction: 300, Session: 600, RefreshToken: 3600 },
    routes: {
      authorization,
      token,
      revocation: '/oauth/revoke',
      introspection: '/oauth/introspect',
      userinfo: '/oauth/userinfo',
    },
    features: { devInteractions: { enabled: true }, introspection: { enabled: true }, revocation: { enabled: true } },
  });
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume().on('end', () => process.exit(0));

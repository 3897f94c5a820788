"""OAuth 2.0 at the systems behind: each user authorizes remit there, for themselves (RFC 6749, RFC 9700).

client.py     authlib's client over the one way out
tokens.py     what was granted
answers.py    what an authorization server answers, and every way in which it fails
far.py        one system's authorization server, as remit asks it
servers.py    those of all sources
granting.py   a person sets out to it, and comes back
renewing.py   a token that has expired is renewed, by one process at a time
revoking.py   what is no longer needed is taken back there
revocations.py  and until then waits in the store
"""

"""How remit connects to anything else.

tls.py        who the far side is, and who we are
addresses.py  which addresses and URLs may be connected to
network.py    looks a host up once, judges what it finds, and connects to exactly that
retrying.py   which requests are sent again, and when
client.py     the HTTP client that all of this makes
sockets.py    connections for what is no HTTP
expiry.py     certificates that end soon
errors.py     every way a request can fail
"""

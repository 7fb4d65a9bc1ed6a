"""OAuth2 and OpenID Connect: clients and what each may do, tokens, and how a client proves who it is."""

"""Work credentials: what an issuer certifies about a worker."""

"""Invitations that reach a phone as links, and the statement by which Android gives such links to the app (contract 8)."""

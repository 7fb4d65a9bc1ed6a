"""Endpoints about the account itself, one module each."""

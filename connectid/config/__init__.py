"""Composition of the server: environment, Django settings, URLs, schedule. The only package that knows every feature."""

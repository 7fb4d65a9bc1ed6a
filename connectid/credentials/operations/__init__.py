"""Writes about issuers, credentials and awards."""

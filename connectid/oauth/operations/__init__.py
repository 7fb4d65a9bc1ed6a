"""Writes about clients and tokens."""

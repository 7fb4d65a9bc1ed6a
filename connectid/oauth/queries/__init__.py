"""Reads about clients and tokens."""

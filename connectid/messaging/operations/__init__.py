"""Writes about message servers, channels and messages."""

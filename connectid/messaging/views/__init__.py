"""Endpoints of channels and messages: one module each."""

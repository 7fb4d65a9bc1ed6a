"""Phones and partners, as many as there are and as often as they call."""

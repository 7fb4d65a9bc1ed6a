"""Writes about devices: their credentials and their push registrations."""

"""Endpoints about notifications."""

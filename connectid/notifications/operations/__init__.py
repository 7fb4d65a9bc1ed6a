"""Writes about notifications."""

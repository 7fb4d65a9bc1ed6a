"""Writes about payment numbers."""

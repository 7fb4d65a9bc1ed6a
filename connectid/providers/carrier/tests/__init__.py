"""Tests of the carrier look-ups."""

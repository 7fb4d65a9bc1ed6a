"""Tests of what all providers share."""

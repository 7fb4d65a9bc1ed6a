"""Tests of name matching."""

"""Tests of connectid.core."""

"""Tests of connectid.web."""

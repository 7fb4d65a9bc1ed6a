"""Tests of the geocoders."""

"""Tests of the offline country look-up."""

"""Tests of the SMS senders."""

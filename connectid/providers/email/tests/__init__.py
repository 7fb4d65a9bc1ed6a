"""Tests of the mail senders."""

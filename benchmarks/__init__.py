"""Measurements that print figures and ratios: `make bench`. Nothing here is a test: machines differ, ratios last."""

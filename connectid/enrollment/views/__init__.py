"""One module per endpoint, named as the last segment of its URL."""

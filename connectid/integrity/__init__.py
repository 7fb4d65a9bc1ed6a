"""Whether a request comes from a genuine copy of the app on a genuine device (contract 5.1, 5.14)."""

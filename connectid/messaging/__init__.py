"""End-to-end encrypted lanes between workers and the servers that write to them."""

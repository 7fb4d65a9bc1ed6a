"""Look-ups, each recorded before it is answered."""

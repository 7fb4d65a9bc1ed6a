"""The pages of the sign-in, one module for each path."""

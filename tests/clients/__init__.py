"""Public clients that nobody here wrote, against a running server: what they accept, other people's servers will too."""

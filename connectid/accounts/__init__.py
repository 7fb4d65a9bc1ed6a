"""A person's record: who they are (subject), how they are reached, and the key of their phone's local database."""

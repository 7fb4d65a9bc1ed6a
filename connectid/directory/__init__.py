"""What partner servers look up about accounts, each look-up on record (contract 7.1, 7.2, 7.10)."""

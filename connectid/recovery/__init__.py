"""The way back in with a backup code, and the end of an account's rights: locks and deactivation (contract 5.7)."""

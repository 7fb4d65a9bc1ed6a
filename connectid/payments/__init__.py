"""Where a worker is paid: a phone number that they prove, and that whoever pays them judges (contract 10)."""

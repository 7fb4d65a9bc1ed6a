"""Release toggles: our own switches and those that CommCare Connect keeps for people (contract 5.1, 5.15)."""

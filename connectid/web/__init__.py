"""The wire: everything the contract's sections 2 to 4 say about requests and answers, written once for every endpoint."""

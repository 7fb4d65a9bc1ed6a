"""Everything the server asks of the outside world, one package for each capability.

A capability package holds a Protocol and its value types, one module for each vendor, a sandbox that needs no account,
and one test suite that both pass. ``pick()`` chooses between them from the settings. No provider call may be made
inside a database transaction.
"""

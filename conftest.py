"""Fixtures and rules for every test; the database is chosen earlier, in connectid.testing.plugin."""

pytest_plugins = [
    "connectid.testing.browser",
    "connectid.testing.ledger",  # before the next, which imports it
    "connectid.testing.budget",
    "connectid.testing.discipline",
    "connectid.testing.emptying",
    "connectid.testing.indexes",
    "connectid.testing.plans",
    "connectid.testing.provider_calls",
]

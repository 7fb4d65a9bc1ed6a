"""The ``connectid`` command: what an operator types. Commands of one feature live with it; this composes them."""

from connectid.cli.program import main

__all__ = ["main"]

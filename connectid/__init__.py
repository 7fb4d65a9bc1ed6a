"""Connect-ID: identity, messaging and notification server of frontline workers' phones."""

__version__ = "0.1.0"

"""Connect-ID: identity, messaging and notification server of frontline workers' phones."""

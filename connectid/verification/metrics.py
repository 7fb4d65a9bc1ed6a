"""What Prometheus learns about codes."""

from prometheus_client import Counter, Gauge

SENDS = Counter(
    "connectid_code_sends", "Codes asked for, by transport and what became of it.", ["transport", "outcome"]
)
DELIVERIES = Counter(
    "connectid_code_deliveries",
    "Codes handed to a provider, by transport and its answer.",
    ["transport", "outcome"],
)
CHECKS = Counter("connectid_code_checks", "Codes checked, by outcome.", ["outcome"])
BREAKER_OPEN = Gauge(
    "connectid_code_breaker_open",
    "1 while codes look guessed over many numbers, and allowances are halved.",
    multiprocess_mode="mostrecent",
)

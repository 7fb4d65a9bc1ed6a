"""What is counted of the relay to partners."""

from prometheus_client import Counter

CALLBACKS = Counter(
    "connectid_callbacks", "Calls to message servers by kind and outcome.", ["kind", "outcome"]
)

"""Analytics that land in the sandbox inbox."""

from connectid.providers.analytics import Occurrence
from connectid.providers.errors import Rejected, Unavailable
from connectid.sandbox import inbox

REJECTED = "sandbox_rejected"
"""What the sandbox does not want to hear of."""
UNAVAILABLE = "sandbox_unavailable"
"""What finds it down."""


class SandboxAnalytics:
    """Records what it is told."""

    def tell(self, occurrence: Occurrence) -> None:
        """Record it (see :class:`connectid.providers.analytics.Analytics`)."""
        if occurrence.name == REJECTED:
            raise Rejected("the sandbox does not want this")
        if occurrence.name == UNAVAILABLE:
            raise Unavailable("the sandbox plays an outage")
        inbox.record(
            "analytics", recipient=occurrence.person, text=occurrence.name, payload=dict(occurrence.details)
        )

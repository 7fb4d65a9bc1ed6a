"""Calls that are shown in the sandbox inbox, and made where somebody listens."""

import json
from collections.abc import Mapping

from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.webhooks import WebhookCaller
from connectid.sandbox import inbox

REJECTED_SUFFIX = "/rejected"
"""Addresses of the sandbox that end so play a partner that refuses."""
UNAVAILABLE_SUFFIX = "/unavailable"
"""Addresses of the sandbox that end so play a partner that is down."""


class SandboxWebhooks:
    """Records every call; those to the sandbox's own partners go no further, others are made as in production."""

    def __init__(self, caller: WebhookCaller, *, own_address: str) -> None:
        self._caller = caller
        self._own_partners = f"{own_address}/sandbox/partners/"

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Record and, where it is for a real address, make the call (see :class:`connectid.providers.webhooks.WebhookCaller`)."""
        if url.startswith(self._own_partners):
            if url.endswith(REJECTED_SUFFIX):
                raise Rejected("this partner of the sandbox refuses")
            if url.endswith(UNAVAILABLE_SUFFIX):
                raise Unavailable("this partner of the sandbox plays an outage")
        else:
            self._caller.post(url=url, body=body, headers=headers)
        inbox.record("callback", recipient=url, payload={"body": json.loads(body), "headers": dict(headers)})

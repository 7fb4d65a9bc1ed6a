"""Confirmations that are shown in the sandbox inbox, and made where somebody listens."""

from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.hq import Hq
from connectid.sandbox import inbox

REJECTED_SUFFIX = "/rejected"
"""Addresses of the sandbox that end so play a project that refuses."""
UNAVAILABLE_SUFFIX = "/unavailable"
"""Addresses of the sandbox that end so play an HQ that is down."""


class SandboxHq:
    """Records every confirmation; those to the sandbox's own partners go no further, others are made as in production."""

    def __init__(self, hq: Hq, *, own_address: str) -> None:
        self._hq = hq
        self._own_partners = f"{own_address}/sandbox/partners/"

    def confirm_invite(self, *, url: str, invite_code: str, token: str) -> None:
        """Record and, where it is for a real address, make the call (see :class:`connectid.providers.hq.Hq`)."""
        if url.startswith(self._own_partners):
            if url.endswith(REJECTED_SUFFIX):
                raise Rejected("this project of the sandbox refuses")
            if url.endswith(UNAVAILABLE_SUFFIX):
                raise Unavailable("the sandbox plays an outage of HQ")
        else:
            self._hq.confirm_invite(url=url, invite_code=invite_code, token=token)
        inbox.record("callback", recipient=url, payload={"invite_code": invite_code, "token": token})

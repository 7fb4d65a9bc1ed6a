"""CommCare HQ over HTTP."""

from connectid.providers._http import HttpClient
from connectid.providers.errors import Rejected, Unavailable

DEADLINE = 8.0  # seconds, for the whole call: a phone waits (contract 17, rule 21)
READ_LIMIT = 65_536  # bytes of an answer, of which only the status is looked at


class HttpHq:
    """Follows no redirect; with ``public_only`` it reaches nothing but the public internet, over https."""

    def __init__(self, *, public_only: bool) -> None:
        self._client = HttpClient("hq", deadline=DEADLINE, public_only=public_only)
        self._public_only = public_only

    def confirm_invite(self, *, url: str, invite_code: str, token: str) -> None:
        """Make the call (see :class:`connectid.providers.hq.Hq`)."""
        if self._public_only and not url.startswith("https://"):
            raise Rejected("hq is called over https only")
        form = {"invite_code": invite_code, "token": token}
        answer = self._client.request("POST", url, idempotent=False, data=form, max_bytes=READ_LIMIT)
        if answer.status in {401, 403, 408, 425}:
            raise Unavailable(f"hq answered {answer.status}")
        if not answer.ok:
            raise Rejected(f"hq answered {answer.status}")

"""CommCare Connect over HTTP, with Basic authentication (contract section 11)."""

from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings

from connectid.providers._http import HttpClient, Response
from connectid.providers.connect import Toggle
from connectid.providers.errors import Rejected, Unavailable

_JOB_DEADLINE = 15.0  # seconds; these calls are made by jobs


class CommCareConnect:
    """Connect's endpoints for us."""

    def __init__(self, *, url: str, client_id: str, client_secret: str) -> None:
        self._url = url.rstrip("/")
        self._auth = (client_id, client_secret)
        self._client = HttpClient("connect")

    @classmethod
    def from_settings(cls) -> Self:
        """Build the client that the ``COMMCARE_CONNECT_*`` settings describe."""
        return cls(
            url=settings.CONNECT_URL,
            client_id=settings.COMMCARE_CONNECT_CLIENT_ID,
            client_secret=settings.COMMCARE_CONNECT_CLIENT_SECRET,
        )

    def is_invited(self, phone_number: str, *, deadline: float = 10.0) -> bool:
        """Ask for the invite of a number (see :class:`connectid.providers.connect.Connect`)."""
        answer = self._get("/users/invited_user/", {"phone_number": phone_number}, deadline)
        invited = answer.get("invited")
        if not isinstance(invited, bool):
            raise Unavailable("connect did not say whether the number is invited")
        return invited

    def toggles(
        self, *, username: str | None = None, phone_number: str | None = None, deadline: float = 10.0
    ) -> dict[str, Toggle]:
        """Ask for toggles (see :class:`connectid.providers.connect.Connect`)."""
        who: dict[str, str] = {}
        if username:
            who["username"] = username
        elif phone_number:
            who["number"] = phone_number  # Connect ignores `phone_number` here (contract E-35)
        return _toggles(self._get("/users/toggles/", who, deadline).get("toggles"))

    def resend_invites(self, *, phone_number: str, username: str, name: str) -> None:
        """Ask for pending invites again (see :class:`connectid.providers.connect.Connect`)."""
        self._post(
            "/users/resend_invites/", {"phone_number": phone_number, "username": username, "name": name}
        )

    def update_profile(self, *, username: str, name: str) -> None:
        """Tell a new name (see :class:`connectid.providers.connect.Connect`)."""
        self._post("/users/update_profile/", {"username": username, "name": name})

    def _get(self, path: str, params: Mapping[str, str], deadline: float) -> dict[str, Any]:
        response = self._client.request(
            "GET", self._url + path, idempotent=True, auth=self._auth, params=params, deadline=deadline
        )
        _check(response)
        answer = response.json()
        if not isinstance(answer, dict):
            raise Unavailable("connect answered with something that is no object")
        return answer

    def _post(self, path: str, form: Mapping[str, str]) -> None:
        # Said twice, both change nothing the second time: an invite that was sent is no longer pending.
        response = self._client.request(
            "POST", self._url + path, idempotent=True, auth=self._auth, data=form, deadline=_JOB_DEADLINE
        )
        _check(response)


def _check(response: Response) -> None:
    if response.ok:
        return
    if 400 <= response.status < 500 and response.status not in {401, 403}:
        raise Rejected(f"connect refused the call with {response.status}")
    raise Unavailable(
        f"connect answered {response.status}"
    )  # our credentials, or a redirect to some login page


def _toggles(listed: object) -> dict[str, Toggle]:
    """Read a list of ``{"name", "active", "created", "modified"}``, leaving out entries that are not so.

    What is no list raises ``Unavailable``: taken for "no toggles", it would switch everything off on the phones.
    """
    if not isinstance(listed, list):
        raise Unavailable("connect did not list its toggles")
    found: dict[str, Toggle] = {}
    for entry in listed:
        if not isinstance(entry, dict):
            continue
        name, active = entry.get("name"), entry.get("active")
        if isinstance(name, str) and name and isinstance(active, bool):
            found[name] = Toggle(active, _text(entry.get("created")), _text(entry.get("modified")))
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

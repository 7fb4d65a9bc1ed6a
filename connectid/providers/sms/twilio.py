"""Text messages through Twilio's Messages resource (``POST /2010-04-01/Accounts/{sid}/Messages.json``)."""

from typing import Any, Self

from django.conf import settings

from connectid.providers._http import HttpClient, Response
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.sms import SentSms

SENDER_NAME = "ConnectID"
_COUNTRIES_WITH_SENDER_NAME = ("+265", "+258", "+232", "+44")  # contract 5.3: they allow a name for a sender

# Codes of https://www.twilio.com/docs/api/errors that say nothing against the message: the account's credentials or
# standing, a full queue, too many requests, or a handset that is off. Any other code refuses this message for good.
_TRY_AGAIN = frozenset({14107, 20003, 20005, 20008, 20429, 20500, 20503, 21611, 30001, 30002, 30003, 30008})


class TwilioSms:
    """Sends from our name where that is allowed, else from the messaging service."""

    def __init__(self, *, url: str, account_sid: str, auth_token: str, messaging_service: str) -> None:
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._client = HttpClient("twilio_sms")
        self._auth = (account_sid, auth_token)
        self._messaging_service = messaging_service

    @classmethod
    def from_settings(cls) -> Self:
        """Build the sender that the ``TWILIO_*`` settings describe."""
        return cls(
            url=settings.TWILIO_API_URL,
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
            messaging_service=settings.TWILIO_MESSAGING_SERVICE,
        )

    def send(
        self,
        *,
        to: str,
        text: str,
        idempotency_key: str | None = None,  # Twilio's Messages resource has none
    ) -> SentSms:
        """Send the message (see :class:`connectid.providers.sms.SmsSender`)."""
        if to.startswith(_COUNTRIES_WITH_SENDER_NAME):
            sender = {"From": SENDER_NAME}
        else:
            sender = {"MessagingServiceSid": self._messaging_service}
        response = self._client.request(
            "POST", self._url, idempotent=False, auth=self._auth, data={"To": to, "Body": text, **sender}
        )
        answer = _object(response)
        if not response.ok:
            raise _failure(response.status, answer.get("code"))
        if answer.get("status") in {"failed", "undelivered"}:
            raise _failure(response.status, answer.get("error_code"))
        return SentSms(provider_id=str(answer.get("sid", "")))


def _object(response: Response) -> dict[str, Any]:
    answer = response.json()
    if not isinstance(answer, dict):
        raise Unavailable(f"twilio_sms answered {response.status} with something that is no object")
    return answer


def _failure(status: int, code: object) -> Rejected | Unavailable:
    if status in {401, 403} or code in _TRY_AGAIN:
        return Unavailable(f"twilio_sms answered {status} with code {code}")
    return Rejected(f"twilio_sms refused the message with code {code}")

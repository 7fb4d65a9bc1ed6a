"""What a client will know or may do, in the words of a person (OpenID Connect Core, 5.4)."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

_WHO_YOU_ARE = gettext_lazy("who you are: your name and your phone number")

WORDS: Mapping[str, str | Promise] = {
    "openid": _WHO_YOU_ARE,
    "profile": _WHO_YOU_ARE,
    "phone": _WHO_YOU_ARE,
    "email": gettext_lazy("your email address"),
    "sync": gettext_lazy("the work data that you exchange with it"),
}


def in_words(scope: str) -> list[str]:
    """Say what the scopes, separated by blanks, open: each thing once."""
    described = settings.OAUTH2_PROVIDER["SCOPES"]
    return list(dict.fromkeys(str(WORDS.get(one, described[one])) for one in scope.split()))

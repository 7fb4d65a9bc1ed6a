"""The type of what Django's test client returns, which only its stubs name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answered
else:
    from django.http import HttpResponse as Answered

__all__ = ["Answered"]

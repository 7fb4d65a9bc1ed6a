"""Who spends what for a request: every route has a limit, which it names itself or has by what it is.

An endpoint spends one bucket for each request: its caller's where the caller has a credential, and otherwise that of the
block of addresses that the request comes from. A plain view spends its block's. What depends on more than the caller (the
number that a session is opened for) is spent by an operation; the endpoint names that in ``spends``, and its own bucket is
then kept in this process's memory, so that no request waits for Redis twice.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from connectid.core import ratelimit
from connectid.core.ratelimit import Limit, Throttled
from connectid.web import limits
from connectid.web.client_address import client_address, limit_key
from connectid.web.problems import Refusal

View = Callable[..., HttpResponseBase]

UNLIMITED = "unlimited_because"
"""Name of a view's attribute that says why it has no limit."""


def block_of(request: HttpRequest) -> str:
    """What limits per address count by."""
    return limit_key(client_address(request))


def charge(controller: Any, limit: Limit, holder: str) -> None:
    """Count a request for ``holder``: by the endpoint's own limit, if it names one, and by ``limit`` otherwise.

    Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    spend = ratelimit.spend_here if controller.spends else ratelimit.spend
    spend(controller.limit or limit, holder)


def charge_stranger(controller: Any) -> None:
    """Count a request of somebody without a credential, or raise."""
    charge(controller, limits.CALLS_PER_ADDRESS, block_of(controller.request))


def charge_refused(request: HttpRequest) -> None:
    """Count a credential that is wrong or missing, or raise."""
    ratelimit.spend(limits.REFUSED_PER_ADDRESS, block_of(request))


def unlimited[V: View](because: str) -> Callable[[V], V]:
    """Mark a view as one that is never limited."""

    def mark(view: V) -> V:
        setattr(view, UNLIMITED, because)
        return view

    return mark


def limited(view: View, *, limit: Limit = limits.PAGES_PER_ADDRESS) -> View:
    """Count each request of a plain view by address; 429 as the framework words it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            ratelimit.spend(limit, block_of(request))
        except Throttled as throttled:
            refusal = Refusal(Throttled, key="detail")
            return JsonResponse(
                refusal.body(throttled),
                status=HTTPStatus.TOO_MANY_REQUESTS,
                headers=refusal.headers(throttled),
            )
        return view(request, *args, **kwargs)

    cast(Any, guarded).limit = limit
    return guarded


def is_limited(view: Any) -> bool:
    """Whether a view counts its requests: because it says so, or because its class does."""
    return hasattr(view, "limit") or hasattr(getattr(view, "view_class", None), "limit")

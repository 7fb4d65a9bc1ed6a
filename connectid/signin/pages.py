"""What all pages have in common, the person and refusals in plain words; and those of the sign-in, the request they serve.

The authorization request travels in the query of every page, exactly as the client sent it: several tabs do not disturb each
other, "back" works, and whoever took too long begins again without losing where they were going.
"""

from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import View

from connectid.core import clock, ratelimit
from connectid.core.errors import DomainError, Kind
from connectid.core.ratelimit import Limit
from connectid.oauth import authorization_requests
from connectid.oauth.authentication import browser
from connectid.oauth.authorization_requests import Addressee, AuthorizationRequest
from connectid.oauth.errors import (
    AuthorizationRefused,
    InvalidIdTokenHint,
    UnknownClient,
    UnregisteredRedirect,
)
from connectid.oauth.queries.browser_sessions import SignedIn
from connectid.signin.errors import StartAgain
from connectid.web import languages
from connectid.web import limits as web_limits
from connectid.web.html_pages import SeeOther, link, page
from connectid.web.limiting import block_of

AUTHORIZE = "o/authorize"
NUMBER = "o/sign_in"
CODE = "o/sign_in/code"
BACKUP_CODE = "o/sign_in/backup_code"
CONSENT = "o/sign_in/consent"
LOGOUT = "o/logout"


class Page(View):
    """A page that people read. Subclasses answer ``get`` and ``post``, and raise refusals."""

    http_method_names = ["get", "head", "post"]

    reading: ClassVar[Limit] = web_limits.PAGES_PER_ADDRESS
    """What a look at the page spends, by block of addresses."""
    limit: ClassVar[Limit | None] = None
    """What a form that is sent spends; None for the same."""

    @cached_property
    def received_at(self) -> datetime:
        """The moment by which this request is judged."""
        return clock.now()

    @cached_property
    def person(self) -> SignedIn | None:
        """Who signed in with this browser."""
        return browser.signed_in(self.request, at=self.received_at)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the person's language; word every refusal."""
        with languages.spoken(request) as language:
            try:
                is_sent = request.method == "POST"
                ratelimit.spend((is_sent and self.limit) or self.reading, block_of(request))
                response = self.answer(request, *args, **kwargs)
            except DomainError as refused:
                response = self.refuse(refused)
        response.headers["Cache-Control"] = "no-store"
        languages.note(response, language)
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or raise a refusal."""
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, refused: DomainError) -> HttpResponse:
        """Show why it does not go on. Raises what it has no words for."""
        if refused.kind is Kind.RATE_LIMITED:
            return self._wait(refused)
        if isinstance(refused, (InvalidIdTokenHint, UnknownClient, UnregisteredRedirect)):
            return page(
                self.request, "signin/unusable.html", status=HTTPStatus.BAD_REQUEST, code=refused.code
            )
        raise refused

    def link(self, name: str) -> str:
        """The address of another page of this sign-in."""
        return link(self.request, name)

    def _wait(self, refused: DomainError) -> HttpResponse:
        response = page(
            self.request,
            "signin/wait.html",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            wait=refused.retry_after,
            back=self.link(self.request.path),
        )
        if refused.retry_after is not None:
            response.headers["Retry-After"] = str(refused.retry_after)
        return response


class SignInPage(Page):
    """One page of the sign-in."""

    addressee: Addressee
    authorization: AuthorizationRequest

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the request that the page serves, and answer."""
        parameters = dict(request.GET.lists())
        self.addressee = authorization_requests.addressee(parameters)
        try:
            self.authorization = authorization_requests.read(parameters, self.addressee)
            return super().answer(request, *args, **kwargs)
        except AuthorizationRefused as refused:
            return SeeOther(self.addressee.refusal(refused))

    def refuse(self, refused: DomainError) -> HttpResponse:
        """Show why it does not go on, or where to begin again."""
        if isinstance(refused, StartAgain):
            return self.show("signin/start_again.html", status=HTTPStatus.FORBIDDEN)
        return super().refuse(refused)

    def show(self, template: str, *, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Show a page of this sign-in."""
        return page(
            self.request,
            template,
            status=status,
            goes_to=self.addressee.redirect_uri,
            client=self.addressee.client,
            begin=self.link(NUMBER),
            **context,
        )

"""GET and POST /users/accept_credential/<invite_id>: where the link of a text leads (contract 8)."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from connectid.core.errors import DomainError
from connectid.credentials import errors, limits, queries
from connectid.credentials.operations import accepting
from connectid.signin.pages import Page
from connectid.web.html_pages import page


# The link is what entitles: nobody who lacks it can name it, and whoever has it needs no other site to post for them. A
# cookie would only shut out the browsers that open texts without any.
@method_decorator(csrf_exempt, name="dispatch")
class AcceptCredential(Page):
    """Show what the holder was awarded, and accept it once they say so: what merely follows links accepts nothing (E-31)."""

    reading = limits.LINKS_PER_ADDRESS

    def get(self, request: HttpRequest, invite_id: str) -> HttpResponse:
        """Show it. One statement."""
        return self._show(_identifier(invite_id))

    def post(self, request: HttpRequest, invite_id: str) -> HttpResponse:
        """Accept it. Two statements."""
        wanted = _identifier(invite_id)
        accepting.accept(invite_id=wanted, at=self.received_at)
        return self._show(wanted)

    def refuse(self, refused: DomainError) -> HttpResponse:
        """Say that the link is none; to what is no browser in the words that the contract has."""
        if not isinstance(refused, errors.UnknownInvitation):
            return super().refuse(refused)
        if self.request.accepts("text/html") and "text/html" in self.request.headers.get("Accept", ""):
            return page(self.request, "credentials/no_link.html", status=HTTPStatus.NOT_FOUND)
        return HttpResponse(
            refused.code, status=HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8"
        )

    def _show(self, invite_id: UUID) -> HttpResponse:
        offered = queries.offered(invite_id)
        if not offered:
            raise errors.UnknownInvitation
        template = "accepted" if all(one.is_accepted for one in offered) else "offer"
        return page(self.request, f"credentials/{template}.html", offered=offered, count=len(offered))


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise errors.UnknownInvitation from None

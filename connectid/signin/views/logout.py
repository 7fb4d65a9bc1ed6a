"""GET and POST /o/logout: where clients send people to sign out (OpenID Connect RP-Initiated Logout 1.0)."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from connectid.oauth import logout_requests
from connectid.oauth.authentication import browser
from connectid.oauth.logout_requests import LogoutRequest
from connectid.oauth.queries.browser_sessions import SignedIn
from connectid.signin import limits
from connectid.signin.operations import signing_out
from connectid.signin.pages import LOGOUT, Page
from connectid.web.html_pages import SeeOther, page


@method_decorator(
    csrf_exempt, name="dispatch"
)  # a client's site may post here; our own form is checked below
class Logout(Page):
    """End the browser's session: at once for a client whose id token names the person who is signed in, after a question otherwise."""

    reading = limits.LOGOUTS_PER_ADDRESS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sign out, or ask. At most three statements to ask, seven to sign out."""
        asked = logout_requests.read(dict(request.GET.lists()), at=self.received_at)
        person = self.person
        if person is None:
            return self._signed_out(asked)
        if asked.subject == person.username:
            return self._sign_out(asked, person)
        return page(request, "signin/sign_out.html", goes_to=asked.redirect_uri)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the answer to our question; any other form is a client's request, and becomes the same GET.

        Browsers send no cookie of ours along with a form of another site, but they do where that leads to.
        """
        if "decision" in request.POST:
            return self._decide(request)
        parameters = QueryDict(mutable=True)
        for name in logout_requests.PARAMETERS:
            parameters.setlist(name, [*request.GET.getlist(name), *request.POST.getlist(name)])
        return SeeOther(f"{self.link(LOGOUT).partition('?')[0]}?{parameters.urlencode()}")

    @method_decorator(csrf_protect)
    def _decide(self, request: HttpRequest) -> HttpResponse:
        asked = logout_requests.read(dict(request.GET.lists()), at=self.received_at)
        person = self.person
        if request.POST["decision"] != "sign_out":
            return page(request, "signin/still_signed_in.html")
        return self._signed_out(asked) if person is None else self._sign_out(asked, person)

    def _sign_out(self, asked: LogoutRequest, person: SignedIn) -> HttpResponse:
        knows_them = asked.client is not None and asked.subject == person.username
        signing_out.sign_out(
            key=browser.session_key(self.request),
            account_id=person.account_id,
            client_id=asked.client.id if asked.client is not None and knows_them else None,
        )
        return self._signed_out(asked)

    def _signed_out(self, asked: LogoutRequest) -> HttpResponse:
        response = (
            SeeOther(asked.answer()) if asked.redirect_uri else page(self.request, "signin/signed_out.html")
        )
        browser.delete_cookie(response, browser.SESSION)
        return response

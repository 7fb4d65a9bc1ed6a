"""GET and POST /o/authorize: where clients send people (RFC 6749, section 3.1; OpenID Connect Core, 3.1.2)."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from connectid.oauth.errors import AuthorizationRefused, ConsentRequired, LoginRequired
from connectid.signin import limits, standing
from connectid.signin.operations import answers
from connectid.signin.pages import AUTHORIZE, CONSENT, NUMBER, SignInPage
from connectid.web.html_pages import SeeOther


@method_decorator(csrf_exempt, name="dispatch")  # a client's site may post here, and it changes nothing
class Authorize(SignInPage):
    """Send people on: to sign in, to consent, or back to their client with a code. Nothing is shown but what is wrong."""

    reading = limits.AUTHORIZATIONS_PER_ADDRESS

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Let a POST be only what leads to the request."""
        return self.post(request) if request.method == "POST" else super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it the same GET (OpenID Connect Core, 3.1.2.1). No statement.

        Browsers send no cookie of ours along with a form of another site, but they do where that leads to.
        """
        parameters = QueryDict(mutable=True)
        for name, values in (*request.GET.lists(), *request.POST.lists()):
            parameters.setlistdefault(name).extend(values)
        return SeeOther(f"{reverse(AUTHORIZE)}?{parameters.urlencode()}")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Decide. At most five statements; one more where the client names whom it expects."""
        person = self.person
        if person is None or not standing.is_enough(person, self.authorization, at=self.received_at):
            return self._ask_or_refuse(NUMBER, LoginRequired)
        if standing.needs_consent(person, self.authorization, at=self.received_at):
            return self._ask_or_refuse(CONSENT, ConsentRequired)
        try:
            code = answers.issue_code(request=self.authorization, person=person, at=self.received_at)
        except LoginRequired:
            return self._ask_or_refuse(NUMBER, LoginRequired)
        return HttpResponseRedirect(self.addressee.answer(code=code))

    def _ask_or_refuse(self, page: str, refusal: type[AuthorizationRefused]) -> HttpResponse:
        """Send the person to a page, unless the client wants none shown."""
        if "none" in self.authorization.prompts:
            raise refusal
        return HttpResponseRedirect(self.link(page))

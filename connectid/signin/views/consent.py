"""GET and POST /o/sign_in/consent: may the client know who this is? The last step."""

from django.http import HttpRequest, HttpResponse

from connectid.core import phone
from connectid.oauth.errors import AccessDenied, LoginRequired
from connectid.signin import limits, scopes, standing
from connectid.signin.operations import answers
from connectid.signin.pages import AUTHORIZE, SignInPage
from connectid.web.html_pages import SeeOther


class Consent(SignInPage):
    """Ask, remember the answer if it is yes, and send the person back to the client with it."""

    limit = limits.AUTHORIZATIONS_PER_ADDRESS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        person = self.person
        if person is None or not standing.is_enough(person, self.authorization, at=self.received_at):
            return SeeOther(self.link(AUTHORIZE))
        return self.show(
            "signin/consent.html",
            wishes=scopes.in_words(self.authorization.scope),
            name=person.name,
            number=phone.parse(person.phone_number).masked(),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Give the client its code, or the refusal."""
        person = self.person
        if person is None or not standing.is_enough(person, self.authorization, at=self.received_at):
            return SeeOther(self.link(AUTHORIZE))
        if request.POST.get("decision") != "allow":
            raise AccessDenied
        try:
            code = answers.allow(request=self.authorization, person=person, at=self.received_at)
        except LoginRequired:
            return SeeOther(self.link(AUTHORIZE))
        return SeeOther(self.addressee.answer(code=code))

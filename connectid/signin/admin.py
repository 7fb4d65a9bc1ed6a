"""Browsers on their way in, and consents, in the admin."""

from django.contrib import admin

from connectid.signin.models import Consent, SignIn
from connectid.web.admin_pages import MaskedAdmin, OfAccounts


@admin.register(SignIn)
class SignInAdmin(MaskedAdmin[SignIn]):
    """Who is signing in just now; never the key of the browser."""

    masked = ("phone_number",)
    list_display = ("id", "phone_number", "sends", "sent_at", "phone_proven_at", "expires_at")
    search_fields = ("phone_number__exact",)
    search_help_text = "A whole phone number, with its +"
    exclude = ("key_digest",)


@admin.register(Consent)
class ConsentAdmin(OfAccounts[Consent]):
    """What people let clients know."""

    related = ("client__name", "client__client_id")
    list_display = ("id", "subject", "client", "scopes", "given_at")
    fields = ("subject", "client", "scopes", "given_at")

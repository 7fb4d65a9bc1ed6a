"""What a server may be allowed to do: the one list of permissions and of what each opens.

A confidential client holds a set of them (``Client.permissions``); an endpoint asks for one. They replace "any client may
call anything" (contract 16, E-02, E-12): the client that sends messages need not be able to read somebody's code.
"""

from typing import Final

from django.db import models


class Permission(models.TextChoices):
    """A right of a confidential client; the label names the paths that it opens."""

    FETCH_USERS = "fetch_users", "Find accounts by phone number: users/fetch_users"
    FILTER_USERS = "filter_users", "List accounts by country or credential: users/filter_users"
    DEMO_USERS = "demo_users", "Read the codes of fictitious numbers: users/demo_users"
    OTP = "otp", "Read the code of somebody who cannot receive it: users/generate_manual_otp"
    SEND = "send", "Send messages and pushes: messaging/send, messaging/send_bulk"
    COUNTS = "counts", "Read how many accounts there are: users/fetch_user_counts"
    ANALYTICS = "analytics", "Read when accounts signed in to HQ: users/fetch_user_analytics"
    INVITES = "invites", "Pass on invitations of HQ: users/forward_hq_invite"
    PAYMENTS = (
        "payments",
        (
            "Read and judge payment numbers: users/fetch_payment_phone_numbers, users/validate_payment_phone_numbers"
        ),
    )
    INTROSPECT = "introspect", "Ask whose an access token is: o/introspect"


ALL: Final = tuple(permission.value for permission in Permission)
"""Every permission: what a client gets that was created without naming any."""

"""Having a code sent: the work of the job that a step enqueues.

The request that asked for it does not look for an account, and so its answer, its time and its statements cannot tell whether
there is one. Whoever has none is sent nothing: this page cannot be used to text strangers, or to pump texts to rented numbers.
"""

from datetime import timedelta

from django.conf import settings

from connectid.signin import queries
from connectid.signin.models import SignIn
from connectid.signin.queries import SIGN_IN
from connectid.verification import operations as verification
from connectid.verification.models import Transport


def send_code(*, sign_in_id: int) -> None:
    """Have a code sent to the sign-in's number, if it has an account, be that locked: its owner is told so later.

    It is judged by the moment at which it was asked for, so that running again sends nothing again.
    """
    sign_in = SignIn.objects.filter(pk=sign_in_id, phone_proven_at=None).first()
    if sign_in is None or queries.account_to_sign_in(sign_in.phone_number) is None:
        return
    verification.send(
        address=sign_in.phone_number,
        transport=Transport.SMS,
        purpose=SIGN_IN,
        scope=str(sign_in.pk),
        lifetime=timedelta(seconds=settings.CODE_LIFETIME),
        at=sign_in.sent_at,
    )

"""The phone numbers that the Connect sandbox calls invited."""

from connectid.sandbox.models import InvitedNumber

SUFFIX = "0100"
"""Numbers that end so are invited without being registered: ``+265 991 230 100`` is, ``+265 991 230 101`` is not."""

KEPT = 1000
"""Numbers that are kept; registering one more forgets the oldest."""


def is_invited(phone_number: str) -> bool:
    """Whether a demo may enrol this number as somebody whom a Connect partner invited."""
    return phone_number.endswith(SUFFIX) or InvitedNumber.objects.filter(pk=phone_number).exists()


def register(phone_number: str) -> None:
    """Make a number an invited one; registering it again changes nothing."""
    InvitedNumber.objects.get_or_create(pk=phone_number)
    newest = InvitedNumber.objects.order_by("-created_at", "pk").values("pk")
    InvitedNumber.objects.filter(pk__in=newest[KEPT:]).delete()


def registered() -> list[str]:
    """Return the registered numbers, newest first."""
    return list(InvitedNumber.objects.order_by("-created_at", "pk").values_list("pk", flat=True))

"""Payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payment numbers, and what becomes of them."""

    name = "connectid.payments"
    label = "payments"

    def ready(self) -> None:
        """Have recovered phones told of their payment number."""
        from connectid.payments import queries
        from connectid.recovery import payment_profile

        payment_profile.tell_by(queries.profile)

"""Wire paths of recovery."""

from connectid.recovery.views.confirm_deactivation import ConfirmDeactivation
from connectid.recovery.views.confirm_otp import ConfirmOtp
from connectid.recovery.views.confirm_pin import ConfirmPin
from connectid.recovery.views.confirm_secondary_otp import ConfirmSecondaryOtp
from connectid.recovery.views.initiate_deactivation import InitiateDeactivation
from connectid.recovery.views.recover import Recover
from connectid.recovery.views.secondary import Secondary
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/recover", Recover),
    ("users/recover/confirm_otp", ConfirmOtp),
    ("users/recover/secondary", Secondary),
    ("users/recover/confirm_secondary_otp", ConfirmSecondaryOtp),
    ("users/recover/confirm_pin", ConfirmPin),
    ("users/recover/initiate_deactivation", InitiateDeactivation),
    ("users/recover/confirm_deactivation", ConfirmDeactivation),
)

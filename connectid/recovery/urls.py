"""Wire paths of recovery."""

from connectid.recovery.views.change_password import ChangePassword
from connectid.recovery.views.confirm_deactivation import ConfirmDeactivation
from connectid.recovery.views.confirm_otp import ConfirmOtp
from connectid.recovery.views.confirm_password import ConfirmPassword
from connectid.recovery.views.confirm_pin import ConfirmPin
from connectid.recovery.views.confirm_secondary_otp import ConfirmSecondaryOtp
from connectid.recovery.views.initiate_deactivation import InitiateDeactivation
from connectid.recovery.views.recover import Recover
from connectid.recovery.views.reset_password import ResetPassword
from connectid.recovery.views.secondary import Secondary
from connectid.recovery.views.set_recovery_pin import SetRecoveryPin
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/change_password", ChangePassword),
    ("users/set_recovery_pin", SetRecoveryPin),
    ("users/recover", Recover),
    ("users/recover/confirm_otp", ConfirmOtp),
    ("users/recover/secondary", Secondary),
    ("users/recover/confirm_secondary_otp", ConfirmSecondaryOtp),
    ("users/recover/confirm_password", ConfirmPassword),
    ("users/recover/confirm_pin", ConfirmPin),
    ("users/recover/reset_password", ResetPassword),
    ("users/recover/initiate_deactivation", InitiateDeactivation),
    ("users/recover/confirm_deactivation", ConfirmDeactivation),
)

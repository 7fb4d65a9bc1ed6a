"""Wire paths of accounts."""

from connectid.accounts.views.change_phone import ChangePhone
from connectid.accounts.views.confirm_otp import ConfirmAccountOtp
from connectid.accounts.views.confirm_secondary_otp import ConfirmAccountSecondaryOtp
from connectid.accounts.views.fetch_db_key import FetchDbKey
from connectid.accounts.views.phone_available import PhoneAvailable
from connectid.accounts.views.update_profile import UpdateProfile
from connectid.accounts.views.validate_phone import ValidatePhone
from connectid.accounts.views.validate_secondary_phone import ValidateSecondaryPhone
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/fetch_db_key", FetchDbKey),
    ("users/update_profile", UpdateProfile),
    ("users/validate_phone", ValidatePhone),
    ("users/confirm_otp", ConfirmAccountOtp),
    ("users/validate_secondary_phone", ValidateSecondaryPhone),
    ("users/confirm_secondary_otp", ConfirmAccountSecondaryOtp),
    ("users/phone_available", PhoneAvailable),
    ("users/change_phone", ChangePhone),
)

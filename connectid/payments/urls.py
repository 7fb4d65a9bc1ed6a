"""Wire paths of payments."""

from connectid.payments.views.confirm_payment_otp import ConfirmPaymentOtp
from connectid.payments.views.fetch_payment_phone_numbers import FetchPaymentPhoneNumbers
from connectid.payments.views.payment_phone_number import PaymentPhoneNumber
from connectid.payments.views.validate_payment_phone_numbers import ValidatePaymentPhoneNumbers
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/profile/payment_phone_number", PaymentPhoneNumber),
    ("users/profile/confirm_payment_otp", ConfirmPaymentOtp),
    ("users/fetch_payment_phone_numbers", FetchPaymentPhoneNumbers),
    ("users/validate_payment_phone_numbers", ValidatePaymentPhoneNumbers),
)

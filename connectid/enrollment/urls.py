"""Wire paths of enrolment."""

from connectid.enrollment.views.check_name import CheckName
from connectid.enrollment.views.complete_profile import CompleteProfile
from connectid.enrollment.views.confirm_backup_code import ConfirmBackupCode
from connectid.enrollment.views.confirm_session_otp import ConfirmSessionOtp
from connectid.enrollment.views.generate_manual_otp import GenerateManualOtp
from connectid.enrollment.views.register import Register
from connectid.enrollment.views.send_email_otp import SendEmailOtp
from connectid.enrollment.views.send_session_otp import SendSessionOtp
from connectid.enrollment.views.start_configuration import StartConfiguration
from connectid.enrollment.views.validate_firebase_id_token import ValidateFirebaseIdToken
from connectid.enrollment.views.verify_email_otp import VerifyEmailOtp
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/start_configuration", StartConfiguration),
    ("users/validate_firebase_id_token", ValidateFirebaseIdToken),
    ("users/send_session_otp", SendSessionOtp),
    ("users/confirm_session_otp", ConfirmSessionOtp),
    ("users/check_name", CheckName),
    ("users/complete_profile", CompleteProfile),
    ("users/recover/confirm_backup_code", ConfirmBackupCode),
    ("users/send_email_otp", SendEmailOtp),
    ("users/verify_email_otp", VerifyEmailOtp),
    ("users/generate_manual_otp", GenerateManualOtp),
    ("users/register", Register),
)

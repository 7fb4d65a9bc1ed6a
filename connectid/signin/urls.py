"""Addresses of the sign-in pages. They are for browsers, so the API document does not list them."""

from connectid.signin.views.authorize import Authorize
from connectid.signin.views.backup_code import BackupCode
from connectid.signin.views.code import Code
from connectid.signin.views.consent import Consent
from connectid.signin.views.logout import Logout
from connectid.signin.views.sign_in import SignIn
from connectid.web.routes import routes

urlpatterns = routes(
    ("o/authorize/", Authorize),
    ("o/sign_in", SignIn),
    ("o/sign_in/code", Code),
    ("o/sign_in/backup_code", BackupCode),
    ("o/sign_in/consent", Consent),
    ("o/logout/", Logout),
)

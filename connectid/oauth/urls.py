"""Wire paths of OAuth2."""

from connectid.oauth.views.revoke_token import RevokeToken
from connectid.oauth.views.token import Token
from connectid.web.routes import routes

urlpatterns = routes(
    ("o/token/", Token),
    ("o/revoke_token/", RevokeToken),
)

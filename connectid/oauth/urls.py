"""Wire paths of OAuth2."""

from connectid.oauth.views.introspect import Introspect
from connectid.oauth.views.jwks import Jwks
from connectid.oauth.views.openid_configuration import OpenidConfiguration
from connectid.oauth.views.revoke_token import RevokeToken
from connectid.oauth.views.token import Token
from connectid.oauth.views.userinfo import Userinfo
from connectid.web.routes import routes

urlpatterns = routes(
    ("o/token/", Token),
    ("o/revoke_token/", RevokeToken),
    ("o/introspect/", Introspect),
    ("o/userinfo/", Userinfo),
    ("o/.well-known/jwks.json", Jwks),
    ("o/.well-known/openid-configuration", OpenidConfiguration),
    (".well-known/openid-configuration/o", OpenidConfiguration),
    (".well-known/oauth-authorization-server/o", OpenidConfiguration),
)

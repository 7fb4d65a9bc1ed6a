"""Wire paths of credentials."""

from connectid.credentials.views.accept_credential import AcceptCredential
from connectid.credentials.views.add_credential import AddCredential
from connectid.credentials.views.credentials import Credentials
from connectid.credentials.views.issuer import CredentialKey, Issuer, JwtVcIssuer, VcJwks
from connectid.credentials.views.revoke_credential import RevokeCredential
from connectid.credentials.views.status_list import StatusList
from connectid.credentials.views.verifiable import Verifiable
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/add_credential", AddCredential),
    ("users/revoke_credential", RevokeCredential),
    ("users/credentials", Credentials),
    ("users/credentials/<uuid>/verifiable", Verifiable),
    ("credentials/issuer", Issuer),
    ("credentials/keys/<thumbprint>", CredentialKey),
    ("credentials/status/<number>", StatusList),
    (".well-known/vc-jwks.json", VcJwks),
    (".well-known/jwt-vc-issuer/credentials/issuer", JwtVcIssuer),
)

pages = routes(
    ("users/accept_credential/<invite_id>", AcceptCredential),
)
"""For browsers, so the API document does not list them."""

"""Wire paths of invitations."""

from connectid.invitations import views
from connectid.web.routes import routes

urlpatterns = routes(
    (".well-known/assetlinks.json", views.AssetLinks),
    ("users/forward_hq_invite", views.ForwardHqInvite),
    ("users/confirm_hq_invite", views.ConfirmHqInvite),
    ("hq_invite/", views.hq_invite),
)

"""Wire paths of invitations."""

from connectid.invitations import views
from connectid.web.routes import routes

urlpatterns = routes(
    (".well-known/assetlinks.json", views.AssetLinks),
)

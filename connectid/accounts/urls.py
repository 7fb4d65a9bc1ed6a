"""Wire paths of accounts."""

from connectid.accounts import views
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/fetch_db_key", views.FetchDbKey),
    ("users/update_profile", views.UpdateProfile),
)

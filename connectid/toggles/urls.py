"""Wire paths of toggles."""

from connectid.toggles import views
from connectid.web.routes import routes

urlpatterns = routes(
    ("toggles/", views.Toggles),
)

"""Wire paths of the directory."""

from connectid.directory.views.demo_users import DemoUsers
from connectid.directory.views.fetch_users import FetchUsers
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/fetch_users", FetchUsers),
    ("users/demo_users", DemoUsers),
)

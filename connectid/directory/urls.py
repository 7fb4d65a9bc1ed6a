"""Wire paths of the directory."""

from connectid.directory.views.demo_users import DemoUsers
from connectid.directory.views.fetch_users import FetchUsers
from connectid.directory.views.filter_users import FilterUsers
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/fetch_users", FetchUsers),
    ("users/demo_users", DemoUsers),
    ("users/filter_users", FilterUsers),
)

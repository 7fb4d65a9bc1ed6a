"""Wire paths of insights."""

from connectid.insights.views.add_user_analytics import AddUserAnalytics
from connectid.insights.views.fetch_user_analytics import FetchUserAnalytics
from connectid.insights.views.fetch_user_counts import FetchUserCounts
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/fetch_user_counts", FetchUserCounts),
    ("users/fetch_user_analytics", FetchUserAnalytics),
    ("users/add_user_analytics", AddUserAnalytics),
)

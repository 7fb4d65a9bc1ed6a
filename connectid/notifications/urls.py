"""Wire paths of notifications."""

from connectid.notifications.views.heartbeat import Heartbeat
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/heartbeat", Heartbeat),
)

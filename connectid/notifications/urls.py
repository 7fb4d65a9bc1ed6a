"""Wire paths of notifications."""

from connectid.notifications.views.heartbeat import Heartbeat
from connectid.notifications.views.send import Send
from connectid.notifications.views.send_bulk import SendBulk
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/heartbeat", Heartbeat),
    ("messaging/send/", Send),
    ("messaging/send_bulk/", SendBulk),
)

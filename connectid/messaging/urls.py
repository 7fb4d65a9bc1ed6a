"""Paths of channels and messages."""

from connectid.messaging.views.create_channel import CreateChannel
from connectid.messaging.views.retrieve_messages import RetrieveMessages
from connectid.messaging.views.retrieve_notifications import RetrieveNotifications
from connectid.messaging.views.send_fcm import SendFcm
from connectid.messaging.views.send_message import SendMessage
from connectid.messaging.views.update_consent import UpdateConsent
from connectid.messaging.views.update_notification_received import UpdateNotificationReceived
from connectid.messaging.views.update_received import UpdateReceived
from connectid.web.routes import routes

urlpatterns = routes(
    ("messaging/create_channel/", CreateChannel),
    ("messaging/send_fcm/", SendFcm),
    ("messaging/retrieve_notifications/", RetrieveNotifications),
    ("messaging/update_notification_received/", UpdateNotificationReceived),
    ("messaging/send_message/", SendMessage),
    ("messaging/update_consent/", UpdateConsent),
    ("messaging/retrieve_messages/", RetrieveMessages),
    ("messaging/update_received/", UpdateReceived),
)

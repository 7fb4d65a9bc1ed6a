"""Every URL: each feature's own list, joined."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from connectid.accounts.urls import urlpatterns as accounts
from connectid.credentials.urls import pages as credential_pages
from connectid.credentials.urls import urlpatterns as credentials
from connectid.dashboard.urls import urlpatterns as dashboard
from connectid.directory.urls import urlpatterns as directory
from connectid.enrollment.urls import urlpatterns as enrollment
from connectid.insights.urls import urlpatterns as insights
from connectid.integrity.urls import urlpatterns as integrity
from connectid.invitations.urls import urlpatterns as invitations
from connectid.messaging.urls import urlpatterns as messaging
from connectid.notifications.urls import urlpatterns as notifications
from connectid.oauth.urls import urlpatterns as oauth
from connectid.payments.urls import urlpatterns as payments
from connectid.recovery.urls import urlpatterns as recovery
from connectid.sandbox.urls import urlpatterns as sandbox
from connectid.signin.urls import urlpatterns as signin
from connectid.toggles.urls import urlpatterns as toggles
from connectid.web import health, metrics, openapi, pages
from connectid.web.exact_routes import ExactRoutes
from connectid.web.routes import routes

api: list[URLPattern] = [
    *routes(("users/", pages.ping)),
    *accounts,
    *credentials,
    *directory,
    *enrollment,
    *insights,
    *integrity,
    *invitations,
    *messaging,
    *notifications,
    *oauth,
    *payments,
    *recovery,
    *toggles,
]
openapi.describe(api)

urlpatterns: list[URLPattern | URLResolver] = [
    ExactRoutes(api),
    *signin,
    *credential_pages,
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.metrics),
    path("openapi.json", openapi.openapi_json),
    path("docs", openapi.docs),
    path("docs/", openapi.docs),
    *dashboard,
    path("admin/", admin.site.urls),
]
if settings.ENVIRONMENT != "production":
    urlpatterns += sandbox

admin.site.site_header = admin.site.site_title = "Connect-ID"
admin.site.index_title = "Administration"
admin.site.site_url = "/docs"

handler404 = "connectid.web.pages.not_found"
handler500 = "connectid.web.pages.fault"
handler400 = "connectid.web.pages.bad_request"
handler403 = "connectid.web.pages.forbidden"

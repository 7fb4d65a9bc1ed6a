"""Wire paths of attestation."""

from connectid.integrity import views
from connectid.web.routes import routes

urlpatterns = routes(
    ("users/report_integrity", views.ReportIntegrity),
)

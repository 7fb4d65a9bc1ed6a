"""Reads about attestations."""

from connectid.integrity.models import IntegrityReport


def is_reported(request_id: str) -> bool:
    """Tell whether a phone already answered this request of CommCare HQ."""
    return IntegrityReport.objects.filter(request_id=request_id).exists()

"""Tallies in the admin, for whoever doubts a chart."""

from typing import ClassVar

from django.contrib import admin

from connectid.dashboard.models import Tally
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin[Tally]):
    """What was counted."""

    list_display = ("start", "span", "metric", "label", "value")
    list_filter: ClassVar = ("span", "metric")
    search_fields = ("=label",)

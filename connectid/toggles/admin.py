"""Switches in the admin. Waffle's flags and samples are not used, and have no page."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from waffle.models import Flag, Sample, Switch

for model in (Flag, Sample, Switch):
    admin.site.unregister(model)


@admin.register(Switch)
class SwitchAdmin(admin.ModelAdmin[Switch]):
    """What is on for everybody; ``connectid switch`` does the same."""

    list_display = ("name", "active", "note", "modified")
    list_filter: ClassVar = ("active",)
    search_fields = ("name",)
    fields = ("name", "active", "note")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Switch]) -> None:
        """Delete one by one, since each tells the caches."""
        for switch in queryset:
            switch.delete()

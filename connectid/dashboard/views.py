"""The operations page, and what keeps it live."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from connectid.core import clock
from connectid.dashboard import panels, queries
from connectid.web.limiting import unlimited

STAFF = "members of staff only"


@unlimited(STAFF)
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """How everything is doing."""
    context = {**admin.site.each_context(request), "title": "Operations", **_figures(request)}
    return render(request, "dashboard/operations.html", context)


@unlimited(STAFF)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The same figures for a page that is open."""
    figures = _figures(request)
    html = render_to_string("dashboard/board.html", figures, request)
    return JsonResponse({"at": panels.moment(figures["at"]), "html": html})


def _figures(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("dashboard.view_tally"):
        raise PermissionDenied
    return panels.panels(queries.board(at=clock.now()))

"""Addresses of the operations page; within the admin, and guarded by it."""

from django.contrib import admin
from django.urls import path

from connectid.dashboard import views

urlpatterns = [
    path("admin/operations/", admin.site.admin_view(views.operations), name="admin_operations"),
    path("admin/operations/live", admin.site.admin_view(views.live), name="admin_operations_live"),
]

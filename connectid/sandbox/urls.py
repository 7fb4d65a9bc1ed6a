"""The addresses of the sandbox. Include them only outside production."""

from django.urls import path

from connectid.sandbox import views

urlpatterns = [
    path("sandbox/", views.inbox_page),
    path("sandbox/api/messages", views.messages),
    path("sandbox/api/invited_numbers", views.invited_numbers),
]

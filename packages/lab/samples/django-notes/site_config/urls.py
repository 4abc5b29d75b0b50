"""What the site answers."""

from django.urls import path

from notes import views

urlpatterns = [
    path("", views.listed),
    path("whoami", views.whoami),
    path("visits", views.visits),
    path("notes", views.add),
]

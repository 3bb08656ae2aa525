"""The routes of audit."""

from django.urls import path

from slaportal.audit import views

urlpatterns = [
    path("", views.audit, name="audit"),
    path("export/", views.audit_export, name="audit_export"),
    path("verify/", views.audit_verify, name="audit_verify"),
]

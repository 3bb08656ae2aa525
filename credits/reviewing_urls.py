"""Routes of claims that are to be decided."""

from django.urls import path

from credits.views import reviewing

urlpatterns = [
    path("claims/", reviewing.claims, name="claims"),
    path("claims.csv", reviewing.claims_csv, name="claims_csv"),
    path("claims/<int:pk>/", reviewing.claim, name="claim_review"),
    path("claims/<int:pk>/take/", reviewing.take, name="claim_take"),
    path("claims/<int:pk>/approve/", reviewing.approve, name="claim_approve"),
    path("claims/<int:pk>/reject/", reviewing.reject, name="claim_reject"),
]

"""Routes of months, credits and claims under /api/v1/."""

from django.urls import path

from credits.api import claims, months, owed

urlpatterns = [
    path("months/", months.Months.as_view(), name="api_months"),
    path("months/<int:pk>/", months.OneMonth.as_view(), name="api_month"),
    path("months/<int:pk>/outages/", months.MonthOutages.as_view(), name="api_month_outages"),
    path("months/<int:pk>/windows/", months.MonthWindows.as_view(), name="api_month_windows"),
    path("months/<int:pk>/days/", months.MonthDays.as_view(), name="api_month_days"),
    path("months/<int:pk>/breaches/", months.MonthBreaches.as_view(), name="api_month_breaches"),
    path("months/<int:pk>/claim/", owed.MonthClaim.as_view(), name="api_month_claim"),
    path("credits/", owed.Credits.as_view(), name="api_credits"),
    path("credits/<int:pk>/", owed.OneCredit.as_view(), name="api_credit"),
    path("claims/", claims.Claims.as_view(), name="api_claims"),
    path("claims/<int:pk>/", claims.OneClaim.as_view(), name="api_claim"),
    path("claims/<int:pk>/withdraw/", claims.Withdraw.as_view(), name="api_claim_withdraw"),
    path("claims/<int:pk>/review/", claims.Review.as_view(), name="api_claim_review"),
    path("claims/<int:pk>/approve/", claims.Approve.as_view(), name="api_claim_approve"),
    path("claims/<int:pk>/reject/", claims.Reject.as_view(), name="api_claim_reject"),
]

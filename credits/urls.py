"""Routes of months, credits and claims."""

from django.urls import path

from credits.views.agreement import agreement, agreements
from credits.views.claiming import claim_withdraw, month_claim
from credits.views.files import month_days_csv, month_outages_csv, month_windows_csv, months_csv
from credits.views.months import month, months

urlpatterns = [
    path("months/", months, name="months"),
    path("months.csv", months_csv, name="months_csv"),
    path("months/<int:pk>/", month, name="month"),
    path("months/<int:pk>/days.csv", month_days_csv, name="month_days_csv"),
    path("months/<int:pk>/outages.csv", month_outages_csv, name="month_outages_csv"),
    path("months/<int:pk>/maintenance.csv", month_windows_csv, name="month_windows_csv"),
    path("months/<int:pk>/claim/", month_claim, name="month_claim"),
    path("claims/<int:pk>/withdraw/", claim_withdraw, name="claim_withdraw"),
    path("agreement/", agreements, name="agreements"),
    path("agreement/<int:pk>/", agreement, name="agreement"),
]

"""Routes of months, credits and claims."""

from django.urls import path

from credits.views.agreement import agreement, agreements
from credits.views.claiming import claim_withdraw, month_claim
from credits.views.months import month, months

urlpatterns = [
    path("months/", months, name="months"),
    path("months/<int:pk>/", month, name="month"),
    path("months/<int:pk>/claim/", month_claim, name="month_claim"),
    path("claims/<int:pk>/withdraw/", claim_withdraw, name="claim_withdraw"),
    path("agreement/", agreements, name="agreements"),
    path("agreement/<int:pk>/", agreement, name="agreement"),
]

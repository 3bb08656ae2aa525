"""Routes of outages and maintenance."""

from django.urls import path

from uptime.views import correcting, maintenance, outages, windows

urlpatterns = [
    path("outages/", outages.outages, name="outages"),
    path("outages.csv", outages.outages_csv, name="outages_csv"),
    path("outages/record/", outages.record, name="outage_record"),
    path("outages/<int:pk>/", outages.outage, name="outage"),
    path("outages/<int:pk>/end/", correcting.end, name="outage_end"),
    path("outages/<int:pk>/correct/", correcting.correct, name="outage_correct"),
    path("outages/<int:pk>/strike-out/", correcting.strike_out, name="outage_strike_out"),
    path("maintenance/", maintenance.maintenance, name="maintenance"),
    path("maintenance.csv", maintenance.maintenance_csv, name="maintenance_csv"),
    path("maintenance/plan/", maintenance.plan, name="window_plan"),
    path("maintenance/<int:pk>/", windows.window, name="window"),
    path("maintenance/<int:pk>/announce/", windows.announce, name="window_announce"),
    path("maintenance/<int:pk>/move/", windows.move, name="window_move"),
    path("maintenance/<int:pk>/cancel/", windows.cancel, name="window_cancel"),
]

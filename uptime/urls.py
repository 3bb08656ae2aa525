"""Routes of outages, maintenance and backups."""

from django.urls import path

from uptime.views import backups, correcting, maintenance, outages, restore_points, windows

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
    path("subscriptions/<int:pk>/backups/", backups.backups, name="subscription_backups"),
    path("subscriptions/<int:pk>/backups.csv", backups.backups_csv, name="subscription_backups_csv"),
    path("subscriptions/<int:pk>/backups/record/", backups.record, name="subscription_backup_record"),
    path(
        "subscriptions/<int:pk>/backups/<int:point>/",
        restore_points.restore_point,
        name="subscription_restore_point",
    ),
    path(
        "subscriptions/<int:pk>/backups/<int:point>/gone/",
        restore_points.gone,
        name="subscription_restore_point_gone",
    ),
    path(
        "subscriptions/<int:pk>/backups/<int:point>/correct/",
        restore_points.correct,
        name="subscription_restore_point_correct",
    ),
    path(
        "subscriptions/<int:pk>/backups/<int:point>/strike-out/",
        restore_points.strike_out,
        name="subscription_restore_point_strike_out",
    ),
]

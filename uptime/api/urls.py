"""Routes of outages, maintenance, unmonitored stretches, samples and restore points under /api/v1/."""

from django.urls import path

from uptime.api import backups, maintenance, monitoring, outages, restore_points, samples, windows

urlpatterns = [
    path("outages/", outages.Outages.as_view(), name="api_outages"),
    path("outages/<int:pk>/", outages.OneOutage.as_view(), name="api_outage"),
    path("outages/<int:pk>/months/", outages.OutageMonths.as_view(), name="api_outage_months"),
    path("outages/<int:pk>/end/", outages.EndOutage.as_view(), name="api_outage_end"),
    path("outages/<int:pk>/difference/", outages.TryOutage.as_view(), name="api_outage_difference"),
    path("outages/<int:pk>/correct/", outages.CorrectOutage.as_view(), name="api_outage_correct"),
    path("outages/<int:pk>/strike-out/", outages.StrikeOutOutage.as_view(), name="api_outage_strike_out"),
    path("maintenance/", maintenance.Maintenance.as_view(), name="api_maintenance"),
    path("maintenance/told/", maintenance.ToldMaintenance.as_view(), name="api_maintenance_told"),
    path("maintenance/verdict/", maintenance.JudgeMaintenance.as_view(), name="api_maintenance_verdict"),
    path("maintenance/<int:pk>/", maintenance.OneWindow.as_view(), name="api_window"),
    path("maintenance/<int:pk>/announce/", windows.Announce.as_view(), name="api_window_announce"),
    path("maintenance/<int:pk>/move/", windows.Move.as_view(), name="api_window_move"),
    path("maintenance/<int:pk>/cancel/", windows.Cancel.as_view(), name="api_window_cancel"),
    path("unmonitored/", monitoring.UnmonitoredStretches.as_view(), name="api_unmonitored"),
    path("unmonitored/<int:pk>/", monitoring.OneUnmonitored.as_view(), name="api_unmonitored_one"),
    path("unmonitored/<int:pk>/end/", monitoring.EndUnmonitored.as_view(), name="api_unmonitored_end"),
    path(
        "unmonitored/<int:pk>/strike-out/",
        monitoring.StrikeOutUnmonitored.as_view(),
        name="api_unmonitored_strike_out",
    ),
    path("samples/", samples.Samples.as_view(), name="api_samples"),
    path("restore-points/", restore_points.RestorePoints.as_view(), name="api_restore_points"),
    path("restore-points/gone/", restore_points.RestorePointsGone.as_view(), name="api_restore_points_gone"),
    path("restore-points/<int:pk>/", restore_points.OneRestorePoint.as_view(), name="api_restore_point"),
    path("restore-points/<int:pk>/gone/", restore_points.RestorePointGone.as_view(), name="api_restore_point_gone"),
    path(
        "restore-points/<int:pk>/correct/",
        restore_points.CorrectRestorePoint.as_view(),
        name="api_restore_point_correct",
    ),
    path(
        "restore-points/<int:pk>/strike-out/",
        restore_points.StrikeOutRestorePoint.as_view(),
        name="api_restore_point_strike_out",
    ),
    path(
        "subscriptions/<int:subscription>/backups/",
        backups.SubscriptionBackups.as_view(),
        name="api_subscription_backups",
    ),
]

"""The routes of webhooks."""

from django.urls import path

from slaportal.outbox.webhooks import views

urlpatterns = [
    path("", views.webhooks, name="webhooks"),
    path("new/", views.webhook_new, name="webhook_new"),
    path("deliveries/", views.webhook_deliveries, name="webhook_deliveries"),
    path("deliveries.csv", views.webhook_deliveries_csv, name="webhook_deliveries_csv"),
    path("deliveries/<int:pk>/", views.webhook_delivery, name="webhook_delivery"),
    path("deliveries/<int:pk>/resend/", views.webhook_resend, name="webhook_resend"),
    path("<int:pk>/", views.webhook, name="webhook"),
    path("<int:pk>/change/", views.webhook_change, name="webhook_change"),
    path("<int:pk>/rotate/", views.webhook_rotate, name="webhook_rotate"),
    path("<int:pk>/enable/", views.webhook_enable, name="webhook_enable"),
    path("<int:pk>/disable/", views.webhook_disable, name="webhook_disable"),
    path("<int:pk>/ping/", views.webhook_ping, name="webhook_ping"),
    path("<int:pk>/resend/", views.webhook_resend_lost, name="webhook_resend_lost"),
    path("<int:pk>/delete/", views.webhook_delete, name="webhook_delete"),
]

"""Routes of attainment."""

from django.urls import path

from tickets.views import attainment

urlpatterns = [
    path("attainment/", attainment.month, name="attainment"),
    path("attainment.csv", attainment.month_csv, name="attainment_csv"),
    path("attainment/tickets/", attainment.tickets, name="attainment_tickets"),
    path("attainment/tickets.csv", attainment.tickets_csv, name="attainment_tickets_csv"),
]

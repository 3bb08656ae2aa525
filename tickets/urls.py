"""Routes of tickets."""

from django.urls import path

from tickets.views import acting
from tickets.views.listing import tickets, tickets_csv
from tickets.views.opening import ticket_new
from tickets.views.queue import queue, queue_counts, queue_csv
from tickets.views.ticket import ticket, ticket_severity

urlpatterns = [
    path("queue/", queue, name="queue"),
    path("queue.csv", queue_csv, name="queue_csv"),
    path("queue/counts/", queue_counts, name="queue_counts"),
    path("tickets/", tickets, name="tickets"),
    path("tickets.csv", tickets_csv, name="tickets_csv"),
    path("tickets/new/", ticket_new, name="ticket_new"),
    path("tickets/<int:number>/", ticket, name="ticket"),
    path("tickets/<int:number>/reply/", acting.ticket_reply, name="ticket_reply"),
    path("tickets/<int:number>/note/", acting.ticket_note, name="ticket_note"),
    path("tickets/<int:number>/status/", acting.ticket_status, name="ticket_status"),
    path("tickets/<int:number>/severity/", ticket_severity, name="ticket_severity"),
    path("tickets/<int:number>/severity/set/", acting.ticket_severity_set, name="ticket_severity_set"),
    path("tickets/<int:number>/assign/", acting.ticket_assign, name="ticket_assign"),
    path("tickets/<int:number>/resolve/", acting.ticket_resolve, name="ticket_resolve"),
    path("tickets/<int:number>/reopen/", acting.ticket_reopen, name="ticket_reopen"),
    path("tickets/<int:number>/close/", acting.ticket_close, name="ticket_close"),
    path("tickets/<int:number>/ask/", acting.ticket_ask, name="ticket_ask"),
    path("tickets/breaches/<int:pk>/excuse/", acting.breach_excuse, name="breach_excuse"),
]

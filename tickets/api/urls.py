"""Routes of tickets under /api/v1/."""

from django.urls import path

from tickets.api import acting, reading

urlpatterns = [
    path("queue/", reading.QueueViews.as_view(), name="api_queue"),
    path("tickets/", reading.Tickets.as_view(), name="api_tickets"),
    path("tickets/<int:number>/", reading.OneTicket.as_view(), name="api_ticket"),
    path("tickets/<int:number>/events/", reading.TicketEvents.as_view(), name="api_ticket_events"),
    path("tickets/<int:number>/clocks/", reading.TicketClocks.as_view(), name="api_ticket_clocks"),
    path("tickets/<int:number>/reply/", acting.Reply.as_view(), name="api_ticket_reply"),
    path("tickets/<int:number>/note/", acting.Note.as_view(), name="api_ticket_note"),
    path("tickets/<int:number>/status/", acting.Status.as_view(), name="api_ticket_status"),
    path("tickets/<int:number>/severity/", acting.Severity.as_view(), name="api_ticket_severity"),
    path("tickets/<int:number>/assign/", acting.Assign.as_view(), name="api_ticket_assign"),
    path("tickets/<int:number>/resolve/", acting.Resolve.as_view(), name="api_ticket_resolve"),
    path("tickets/<int:number>/reopen/", acting.Reopen.as_view(), name="api_ticket_reopen"),
    path("tickets/<int:number>/close/", acting.Close.as_view(), name="api_ticket_close"),
    path("tickets/<int:number>/ask/", acting.Ask.as_view(), name="api_ticket_ask"),
    path("breaches/<int:breach>/excuse/", acting.Excuse.as_view(), name="api_breach_excuse"),
]

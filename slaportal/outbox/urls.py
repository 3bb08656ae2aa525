"""The routes of outbox."""

from django.urls import path

from slaportal.outbox.views import message_retry, messages, messages_csv

urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages.csv", messages_csv, name="messages_csv"),
    path("messages/<int:pk>/retry/", message_retry, name="message_retry"),
]

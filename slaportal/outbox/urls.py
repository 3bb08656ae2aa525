"""The routes of outbox."""

from django.urls import path

from slaportal.outbox.views import message_retry, messages

urlpatterns = [
    path("", messages, name="messages"),
    path("<int:pk>/retry/", message_retry, name="message_retry"),
]

"""The floor that the queue is held against: the least that a signed-in list of Django does on the same rows.

Session, user, Django's seven usual middlewares, fifty tickets by the queue's index, one template of seven columns.
"""

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from slaportal.tenancy.scope import STAFF, scope
from tickets.models import Ticket

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = Engine().from_string("""\
<!DOCTYPE html>
<html lang="en">
  <head><title>Tickets</title></head>
  <body>
    <p>{{ user.email }}</p>
    <table>
      {% for ticket in tickets %}
        <tr>
          <td>{{ ticket.number }}</td>
          <td>{{ ticket.subject }}</td>
          <td>{{ ticket.tenant_id }}</td>
          <td>{{ ticket.severity }}</td>
          <td>{{ ticket.status }}</td>
          <td>{{ ticket.standing_at }}</td>
          <td>{{ ticket.opened_at }}</td>
        </tr>
      {% endfor %}
    </table>
  </body>
</html>
""")
provider = 0  # whose tickets; said by the benchmark, for there is no membership here


def tickets(request: HttpRequest) -> HttpResponse:
    """Fifty unsolved tickets in the order of work."""
    assert request.user.is_authenticated
    with scope(STAFF, provider=provider):
        rows = Ticket.objects.filter(provider_id=provider, solved_at=None).order_by(
            "severity_rank", "standing", "standing_at", "id"
        )
        context = Context({"user": request.user, "tickets": list(rows[:50])})
    return HttpResponse(PAGE.render(context))


urlpatterns = [path("floor/", tickets)]

"""API tokens: the list, a new one shown once, revoking."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.api.areas import only_reads, scopes_in_words
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import at_reader
from slaportal.people.access import get_token_for
from slaportal.people.actions.tokens import make_token, revoke_token
from slaportal.people.forms import TokenForm
from slaportal.people.queries import tokens_for
from slaportal.people.views.people import EVERYBODY, refuse_in
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import ApiToken, Membership


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens; a POST makes one and shows its secret, this once."""
    actor = membership_of(request)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = _make(form, actor)
        except Refusal as refusal:
            refuse_in(form, refusal)
        else:
            form = TokenForm()
    words = {"form": form, "secret": secret, "tokens": _listed(actor), "actor": actor}
    return render(request, "people/tokens.html", words, status=422 if form.errors else 200)


def _make(form: TokenForm, actor: Membership) -> str:
    day = form.cleaned_data["expires_on"]
    end = None
    if day:
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    _token, secret = make_token(
        form.cleaned_data["name"],
        read_only=form.cleaned_data["read_only"],
        scopes=form.cleaned_data["scopes"],
        expires_at=end,
        actor=actor,
        at=timezone.now(),
    )
    return secret


def _listed(actor: Membership) -> list[dict[str, object]]:
    now = timezone.now()
    return [
        {
            "token": token,
            "only_reads": only_reads(token),
            "scopes": scopes_in_words(token.scopes),
            "made": at_reader(token.created_at, now),
            "used": at_reader(token.last_used_at, now) if token.last_used_at else None,
            "expires": at_reader(token.expires_at, now) if token.expires_at else None,
            "is_over": token.expires_at is not None and token.expires_at <= now,
        }
        for token in tokens_for(actor)
    ]


@needs(*EVERYBODY)
@require_safe
def tokens_csv(request: HttpRequest) -> HttpResponseBase:
    """The tokens as a file; of their secrets it has what the page has, the first letters."""
    now, heads = timezone.now(), [_("Name"), _("Begins with"), _("Acts as"), _("Only reads"), _("Scopes")]

    def cells(block: Sequence[ApiToken]) -> Iterator[Cells]:
        for one in block:
            used = (one.created_at, one.last_used_at, one.expires_at)
            yield [one.name, one.prefix, one.member.name, only_reads(one), " ".join(one.scopes), *used]

    rows = in_blocks(tokens_for(membership_of(request)), cells)
    return CsvFile("api-tokens", [*heads, _("Made"), _("Last used"), _("Expires")], rows, at=now)


@act_of("tokens")
@needs(*EVERYBODY)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The token stops working."""
    actor = membership_of(request)
    token = get_token_for(actor, pk)
    revoke_token(token, actor=actor, at=timezone.now())
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("tokens")

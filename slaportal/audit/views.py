"""The audit's page for a provider's administrators: filter, take along, verify."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from slaportal.audit.entries import entry_of
from slaportal.audit.export import csv_of
from slaportal.audit.filters import FilterForm
from slaportal.audit.models import Event
from slaportal.audit.queries import events_of
from slaportal.audit.record import record
from slaportal.audit.verification import Verdict, verify
from slaportal.pages.spreadsheets import file_name
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Role

ON_A_PAGE = 50
EXPORTED_AT_MOST = 100_000
VERIFIED_AT_ONCE = 50_000


@needs(Role.ADMIN)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first; what is asked for stands in the address. A filter that cannot be read shows nothing but why."""
    provider_id = membership_of(request).provider_id
    form = FilterForm(request.GET, provider_id=provider_id)
    events = events_of(provider_id, form.wanted()) if form.is_valid() else Event.objects.none()
    page = Paginator(events, ON_A_PAGE).get_page(request.GET.get("page"))
    entries = [entry_of(event) for event in page]
    return render(
        request,
        "audit/audit.html",
        {"form": form, "page": page, "entries": entries, "asked": form.asked(), "address": request.GET.urlencode()},
    )


@act_of("audit")
@needs(Role.ADMIN)
@require_POST
def audit_export(request: HttpRequest) -> HttpResponse:
    """All that the filter in the address finds, as CSV. A POST, because it leaves an entry of its own."""
    member = membership_of(request)
    form = FilterForm(request.GET, provider_id=member.provider_id)
    if not form.is_valid():
        said = {name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()}
        raise Refusal("filter_invalid", _("The filter cannot be read."), fields=said)
    events = list(events_of(member.provider_id, form.wanted())[: EXPORTED_AT_MOST + 1])
    if len(events) > EXPORTED_AT_MOST:
        said_most = _("These are more than %(most)s entries: choose a shorter period.")
        raise Refusal("export_too_large", said_most % {"most": _grouped(EXPORTED_AT_MOST)})
    text = csv_of(events)
    record("audit_exported", member.provider, actor=member, after={"entries": len(events), "filter": form.asked()})
    name = file_name(f"audit-{member.provider.slug}", timezone.now())
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@act_of("audit")
@needs(Role.ADMIN)
@require_POST
def audit_verify(request: HttpRequest) -> HttpResponse:
    """Follows the newest entries of the chain at once; the whole of it is for `manage.py verify_audit`."""
    member = membership_of(request)
    verdict = verify(member.provider_id, now=timezone.now(), newest=VERIFIED_AT_ONCE)
    after = {"verified": verdict.verified, "wrong": verdict.wrong.message if verdict.wrong else None}
    record("audit_verified", member.provider, actor=member, after=after)
    if verdict.wrong:
        messages.error(request, verdict.wrong.message)
    else:
        messages.success(request, _verified(verdict))
    return redirect("audit")


def _verified(verdict: Verdict) -> str:
    said = ngettext("%(count)s entry verified.", "%(count)s entries verified.", verdict.verified)
    return said % {"count": _grouped(verdict.verified)}


def _grouped(number: int) -> str:
    return str(number_format(number, use_l10n=True, force_grouping=True))

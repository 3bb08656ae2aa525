"""What is asked on the pages of tickets."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Service, Subscription
from contracts.policy.agreement import Agreement
from slaportal.pages.fields import follows
from slaportal.tenancy.models import Membership
from tickets.words import RESOLUTIONS_IN_WORDS, STATUSES_IN_WORDS, severity_in_words

# Values with their names, as a list offers them.
Pairs = list[tuple[str, str]]
SETTABLE = ("open", "pending", "waiting_on_customer", "waiting_on_third_party")


def _text(label: Any, rows: int = 4, key: str = "", **more: Any) -> forms.CharField:
    """A text of some lines; `key` is the key that leads there."""
    attributes = {"rows": str(rows), **({"data-key": key} if key else {})}
    return forms.CharField(label=label, widget=forms.Textarea(attrs=attributes), strip=False, **more)


class Acting(forms.Form):
    """What every act on a ticket carries: the revision that was seen, and the submission's own mark."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class ReplyForm(Acting):
    """A public reply, and the status to set with it; `standing` is the status that the ticket has."""

    text = _text(_("Public reply"), key="r")
    status = forms.ChoiceField(label=_("Then"), required=False)

    def __init__(self, *args: Any, standing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        first = _("pending, since it is answered") if standing == "open" else _("keep the status")
        status.choices = [("", first), *((key, STATUSES_IN_WORDS[key]) for key in SETTABLE)]


class CustomerReplyForm(Acting):
    """What the customer says."""

    text = _text(_("Your reply"), key="r")


class NoteForm(Acting):
    """For the desk's eyes only."""

    text = _text(_("Internal note"), key="n")


class StatusForm(Acting):
    """Another status."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[(key, STATUSES_IN_WORDS[key]) for key in SETTABLE],
        widget=forms.Select(attrs={"data-key": "s"}),
    )


class SeverityForm(Acting):
    """Another severity, and why."""

    severity = forms.ChoiceField(label=_("Severity"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("The customer reads it."), widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        severity = self.fields["severity"]
        assert isinstance(severity, forms.ChoiceField)
        severity.choices = severities_of(agreement)


class AssignForm(Acting):
    """Whose it is."""

    assignee = forms.ModelChoiceField(
        Membership.objects.none(),
        label=_("Owner"),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"data-key": "a"}),
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee = self.fields["assignee"]
        assert isinstance(assignee, forms.ModelChoiceField)
        assignee.queryset = staff


class ResolveForm(Acting):
    """How it was solved, and what the customer reads about it."""

    resolution = forms.ChoiceField(
        label=_("Solved by"),
        choices=list(RESOLUTIONS_IN_WORDS.items()),
        widget=forms.Select(attrs={"data-key": "e"}),
    )
    text = _text(_("To the customer"), rows=3, required=False)


class ExcuseForm(forms.Form):
    """Why a breach is excused: one of the causes that the policy names."""

    cause = forms.ChoiceField(label=_("Cause"))
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("The customer reads it."))

    def __init__(self, *args: Any, causes: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cause = self.fields["cause"]
        assert isinstance(cause, forms.ChoiceField)
        cause.choices = causes


class OpenForm(forms.Form):
    """A new ticket. Staff choose for whom, and may say when the call came in."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    subscription = forms.ModelChoiceField(Subscription.objects.none(), label=_("Subscription"), empty_label=None)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = _text(_("What happened"), rows=6)
    severity = forms.ChoiceField(label=_("How severe is it?"), required=False)
    requester = forms.ModelChoiceField(Membership.objects.none(), label=_("For whom"), required=False)
    opened_at = forms.DateTimeField(
        label=_("Time of the call"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text=_("In your time zone. Empty: now."),
    )

    def __init__(self, *args: Any, choices: "Choices", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("subscription", choices.subscriptions), ("service", choices.services())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        self._offer("severity", _("As the policy says"), choices.severities)
        self._offer("service", _("Not sure"), choices.covered)
        if choices.requesters is None:
            del self.fields["requester"], self.fields["opened_at"]
        else:
            requester = self.fields["requester"]
            assert isinstance(requester, forms.ModelChoiceField)
            requester.queryset, requester.required, requester.empty_label = choices.requesters, True, None

    def _offer(self, name: str, otherwise: Any, offered: "dict[Subscription, Pairs]") -> None:
        """What the one subscription has; of several each under its name, following which is chosen.

        The chosen one is the first group: what several have is then marked where it was chosen.
        """
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        first: tuple[str, Any] = ("", otherwise)
        if len(offered) < 2:
            field.choices = [first, *(choice for choices in offered.values() for choice in choices)]
            return
        chosen = str(self["subscription"].value())
        groups = sorted(offered.items(), key=lambda group: str(group[0].pk) != chosen)
        field.choices = [first, *((subscription.name, choices) for subscription, choices in groups)]
        follows(self, name, "subscription", [subscription.pk for subscription, _choices in groups])


@dataclass(frozen=True)
class Choices:
    """What there is to choose from when a ticket is opened; `requesters` None for a customer, who asks for oneself."""

    subscriptions: Any
    covered: dict[Subscription, Pairs]
    severities: dict[Subscription, Pairs]
    requesters: Any

    def services(self) -> Any:
        """All that one of the subscriptions covers: who chose one of another is told so by the action."""
        return Service.objects.filter(coverages__subscription__in=self.subscriptions).distinct()


def severities_of(agreement: Agreement) -> Pairs:
    """The severities of the agreement, most severe first, in its own words."""
    return [(key, severity_in_words(agreement, key).name) for key in agreement.terms.support.severities.entries]

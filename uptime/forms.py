"""What is asked about outages and maintenance; times are the reader's own, with their zone beside them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Service
from slaportal.pages.fields import ReaderTimeField, ZonedForm
from slaportal.tenancy.models import Membership
from uptime.models import Impact, Outage, RestorePoint, Window
from uptime.promised import causes_in_force, kinds_in_force
from uptime.words import OUR_OWN, cause_in_words, kind_in_words


class ServicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Services to tick, each with the customer whose own it is."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "pick"})

    def label_from_instance(self, obj: Any) -> str:
        """Its name."""
        return f"{obj.name} ({obj.tenant.name})" if obj.tenant is not None else str(obj.name)


class _OfServices(ZonedForm):
    """A form about some of the provider's services."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    services = ServicesField(
        Service.objects.none(),
        label=gettext_lazy("Services"),
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def __init__(self, *args: Any, actor: Membership, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = self.fields["services"]
        assert isinstance(services, ServicesField)
        services.queryset = services_to_choose(actor)
        self._actor, self._now = actor, now

    def _choose(self, name: str, known: Mapping[str, Iterable[str]], words: Any, *always: str, said: str = "") -> None:
        """What the policies in force name, and what is there already; `said` is how their titles are joined to it."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (key, _said(words(key), known.get(key, ()), said)) for key in dict.fromkeys((*always, *known)) if key
        ]


def _said(words: str, titles: Iterable[str], said: str) -> str:
    among = ", ".join(titles)
    return (
        (said or _("%(words)s: not counted under %(titles)s")) % {"words": words, "titles": among} if among else words
    )


def services_to_choose(actor: Membership) -> Any:
    """All services of the provider, shared ones first."""
    found = Service.objects.filter(provider_id=actor.provider_id).select_related("tenant")
    return found.order_by(F("tenant__name").asc(nulls_first=True), "name")


class OutageForm(_OfServices):
    """An outage to be recorded."""

    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"),
        help_text=gettext_lazy("Why it was down decides whether it counts, by the policies in force."),
    )
    impact = forms.ChoiceField(label=gettext_lazy("Impact"), choices=Impact.choices, initial=Impact.DOWN)
    starts_at = ReaderTimeField(label=gettext_lazy("Reported start"))
    noticed_at = ReaderTimeField(
        label=gettext_lazy("Noticed at"), required=False, help_text=gettext_lazy("Empty: now.")
    )
    ends_at = ReaderTimeField(
        label=gettext_lazy("End"), required=False, help_text=gettext_lazy("Empty: it is still going on.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("cause", causes_in_force(self._actor.provider_id, self._now), cause_in_words, OUR_OWN)
        self.initial.setdefault("token", uuid4())


class CorrectionForm(_OfServices):
    """What of an outage turned out to be otherwise, and why."""

    cause = forms.ChoiceField(label=gettext_lazy("Cause"))
    impact = forms.ChoiceField(label=gettext_lazy("Impact"), choices=Impact.choices)
    true_start_at = ReaderTimeField(
        label=gettext_lazy("True start"),
        required=False,
        help_text=gettext_lazy("When it really began, if that was not when it was reported."),
    )
    ends_at = ReaderTimeField(
        label=gettext_lazy("End"), required=False, help_text=gettext_lazy("Empty: it is still going on.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(label=gettext_lazy("Reason for the correction"), max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, outage: Outage, services: Iterable[Service], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] |= {
            "title": outage.title,
            "services": list(services),
            "cause": outage.cause,
            "impact": outage.impact,
            "true_start_at": outage.true_start_at,
            "ends_at": outage.ends_at,
            "note": outage.note,
            "seen": outage.revision,
        }
        super().__init__(*args, **kwargs)
        causes = causes_in_force(self._actor.provider_id, self._now)
        self._choose("cause", causes, cause_in_words, OUR_OWN, outage.cause)
        self._outage = outage

    def changes(self) -> dict[str, Any]:
        """What is to be corrected. A time that looks as it was stays as it was, to the microsecond."""
        given = {name: self.cleaned_data[name] for name in ("title", "cause", "impact", "note", "services")}
        for name in ("true_start_at", "ends_at"):
            was, now = getattr(self._outage, name), self.cleaned_data[name]
            if was is None or now is None or was.replace(microsecond=0) != now:
                given[name] = now
        return given


class EndForm(ZonedForm):
    """Since when it is over."""

    ends_at = ReaderTimeField(label=gettext_lazy("Over since"), required=False, help_text=gettext_lazy("Empty: now."))
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class RestorePointForm(ZonedForm):
    """A restore point that was not reported by itself."""

    service = forms.ModelChoiceField(Service.objects.none(), label=gettext_lazy("Service"), empty_label=None)
    taken_at = ReaderTimeField(
        label=gettext_lazy("Taken at"), help_text=gettext_lazy("As of when the service can be taken back.")
    )

    def __init__(self, *args: Any, services: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services


class GoneForm(ZonedForm):
    """Since when it is gone."""

    gone_at = ReaderTimeField(label=gettext_lazy("Gone since"), required=False, help_text=gettext_lazy("Empty: now."))
    seen = forms.IntegerField(widget=forms.HiddenInput)


class GoneCorrectionForm(ZonedForm):
    """Since when it really is gone, if it is."""

    gone_at = ReaderTimeField(
        label=gettext_lazy("Gone since"), required=False, help_text=gettext_lazy("Empty: it is still there.")
    )
    reason = forms.CharField(label=gettext_lazy("Reason for the correction"), max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, point: RestorePoint, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"gone_at": point.gone_at, "seen": point.revision})
        super().__init__(*args, **kwargs)
        self._was = point.gone_at

    def since(self) -> datetime | None:
        """A time that looks as it was stays as it was, to the microsecond."""
        was, now = self._was, self.cleaned_data["gone_at"]
        found: datetime | None = was if was is not None and was.replace(microsecond=0) == now else now
        return found


class WindowForm(_OfServices):
    """Maintenance to be planned. `checked` is what the verdict was shown for."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        help_text=gettext_lazy("Each policy says how much of a kind does not count, and what notice it wants."),
    )
    starts_at = ReaderTimeField(label=gettext_lazy("Start"))
    ends_at = ReaderTimeField(label=gettext_lazy("End"))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    checked = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose(
            "kind",
            kinds_in_force(self._actor.provider_id, self._now),
            kind_in_words,
            "scheduled",
            said=_("%(words)s: in %(titles)s"),
        )
        self.initial.setdefault("token", uuid4())

    def asked(self) -> str:
        """What decides the verdict, as one text: services, kind and time."""
        given = self.cleaned_data
        services = ",".join(str(service.pk) for service in sorted(given["services"], key=lambda one: one.pk))
        return f"{services} {given['kind']} {given['starts_at'].isoformat()} {given['ends_at'].isoformat()}"


class MoveForm(ZonedForm):
    """Another time for a window."""

    starts_at = ReaderTimeField(label=gettext_lazy("Start"))
    ends_at = ReaderTimeField(label=gettext_lazy("End"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("Who was told of the maintenance is mailed the new time with this reason."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    checked = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, window: Window, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] |= {"starts_at": window.starts_at, "ends_at": window.ends_at, "seen": window.revision}
        super().__init__(*args, **kwargs)

    def asked(self) -> str:
        """What decides the verdict."""
        return f"{self.cleaned_data['starts_at'].isoformat()} {self.cleaned_data['ends_at'].isoformat()}"


class AnnouncementForm(forms.Form):
    """What customers are told besides what, when and which services."""

    text = forms.CharField(
        label=gettext_lazy("What customers read"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Title, time and services stand in the mail by themselves."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

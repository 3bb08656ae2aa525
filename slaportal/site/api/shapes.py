"""What calls about policies and scenarios take and give (docs/api.md)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from slaportal.api.shapes import Flag, Id, Instant, Listed, Seconds, Shape, Text
from slaportal.site.policies.forms import LARGEST_SCENARIOS, LARGEST_TEXT

ORDERS = ("-id", "id")
STATES = ("coming", "now", "past")
SHORT_NAME = RegexValidator(r"\A[-a-zA-Z0-9_]+\Z", gettext_lazy("Write letters, digits, hyphens and underscores only."))
LARGEST_SIMULATED = 64 * 1024  # bytes; a scenario has some hundred


class _AtMost:
    """Refuses a text of more bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, value: str) -> None:
        if len(value.encode(errors="surrogatepass")) > self.limit:
            said = _("It is larger than %(limit)s bytes, which is the most that is taken.")
            raise ValidationError(said % {"limit": self.limit})


def _document(limit: int, **options: Any) -> Text:
    return Text(trim_whitespace=False, max_length=limit, validators=[_AtMost(limit)], **options)


class PolicyVersionShape(Shape):
    """A published version of a policy; `state`: not in force yet, in force now (one of a policy at most), or before."""

    id = Id()
    policy = serializers.CharField()
    number = Id()
    title = serializers.CharField()
    digest = serializers.CharField(help_text=gettext_lazy("SHA-256 of the text."))
    effective_from = Instant()
    state = serializers.ChoiceField(STATES)
    published_at = Instant()
    publisher = serializers.CharField()
    note = serializers.CharField()


class PlanShape(Shape):
    """A plan of a policy: its key and its name."""

    key = serializers.CharField()
    name = serializers.CharField()


class PolicyVersionDetailShape(PolicyVersionShape):
    """A published version with its text, byte for byte, and the plans in it."""

    plans = PlanShape(many=True)
    text = serializers.CharField()


class PolicyQueryShape(Listed):
    """Which versions, in which order."""

    policy = Text(required=False, max_length=40, help_text=gettext_lazy("Of this policy, by its short name."))
    ordering = serializers.ChoiceField(ORDERS, default="-id")


class ValidateShape(Shape):
    """A text that might be a policy, and scenarios that test it."""

    text = _document(LARGEST_TEXT, help_text=gettext_lazy("YAML or JSON, at most 512 kB."))
    scenarios = _document(LARGEST_SCENARIOS, required=False, help_text=gettext_lazy("At most 1 MB."))
    policy = Text(
        max_length=40,
        validators=[SHORT_NAME],
        default="policy",
        help_text=gettext_lazy("The short name under which it would be published; scenarios may name it."),
    )


class PublishShape(Shape):
    """A text that is to be in force from an instant on."""

    policy = Text(max_length=40, validators=[SHORT_NAME], help_text=gettext_lazy("The policy's short name."))
    text = _document(LARGEST_TEXT, help_text=gettext_lazy("YAML or JSON, at most 512 kB."))
    scenarios = _document(
        LARGEST_SCENARIOS, required=False, help_text=gettext_lazy("Tests: every one has to hold. At most 1 MB.")
    )
    effective_from = Instant()
    note = Text(max_length=500, allow_blank=True, default="")
    retime = Flag(default=False, help_text=gettext_lazy("Time open tickets by it too, from then on."))
    warned_of = Text(
        max_length=64,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("What `validate` gave as `warned_of`: publishes in spite of those warnings."),
    )
    without_scenarios_of = Id(
        required=False,
        help_text=gettext_lazy(
            "The number of the version before: publishes without scenarios although that one was published by some."
        ),
    )


class FindingShape(Shape):
    """What is wrong on a line (from 1) of a text, and where in it."""

    line = Id(min_value=0)
    path = serializers.CharField()
    message = serializers.CharField()
    quoted = serializers.CharField()


class TriedScenarioShape(Shape):
    """A scenario, the line where it begins, and what of it does not hold."""

    name = serializers.CharField()
    line = Id(min_value=0)
    failures = serializers.ListField(child=serializers.CharField())


class ValidatedShape(Shape):
    """What there is to say about a text; `publishable`: nothing but warnings, dropped scenarios, the date or the same
    text is in the way.

    `digest` is null where the text is not sound; no scenario was tried then.
    """

    publishable = serializers.BooleanField()
    digest = serializers.CharField(allow_null=True)
    plans = PlanShape(many=True)
    errors = FindingShape(many=True)  # type: ignore[assignment]
    warnings = FindingShape(many=True)
    warned_of = serializers.CharField(help_text=gettext_lazy("Stands for these warnings; empty: there are none."))
    scenarios = TriedScenarioShape(many=True)
    scenario_errors = FindingShape(many=True)
    refused = serializers.CharField(allow_null=True, help_text=gettext_lazy("Why the scenarios could not be tried."))
    drops_scenarios_of = Id(
        allow_null=True,
        help_text=gettext_lazy(
            "The version before, where that one was published by scenarios and this text comes with none: "
            "to publish it all the same, name it in `without_scenarios_of`."
        ),
    )


class SimulateShape(Shape):
    """Scenarios as `manage.py simulate` reads them (docs/scenario-format.md): one, or a list under `scenarios:`."""

    text = _document(LARGEST_SIMULATED, help_text=gettext_lazy("YAML or JSON, at most 64 kB."))
    version = Id(
        required=False,
        help_text=gettext_lazy("A published version that they test; left out: `policy:` of each names a shipped one."),
    )


class SimulatedClockShape(Shape):
    """A clock as it came out. A guarantee that counts breaches has their number."""

    state = serializers.CharField()
    outcome = serializers.CharField()
    due = Instant(allow_null=True)
    aim = Instant(allow_null=True)
    elapsed_s = Seconds()
    remaining_s = Seconds()
    stopped_at = Instant(allow_null=True)
    breached_at = Instant(allow_null=True)
    breaches = Id(min_value=0, required=False)


class SimulatedAvailabilityShape(Shape):
    """An availability as it came out; percentages are cut off after six decimals."""

    percent = serializers.CharField()
    target = serializers.CharField()
    met = serializers.BooleanField(allow_null=True)
    counted_downtime_s = Seconds()
    excluded_downtime_s = Seconds()
    coverage_percent = serializers.CharField()
    denominator_s = Seconds()
    allowed_downtime_s = Seconds()


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]})
class Figure(serializers.JSONField):
    """A decimal as text, or such decimals by region."""


class SimulatedMetricShape(Shape):
    """A metric as it came out: its value, or its values by region."""

    value = Figure()
    met = serializers.BooleanField()


# By `type`: a field of it is called `for`.
SimulatedCreditShape: type[Shape] = type(
    "SimulatedCreditShape",
    (Shape,),
    {
        "__doc__": "A credit as it came out.",
        "for": serializers.CharField(),
        "status": serializers.CharField(),
        "amount": serializers.CharField(),
        "claim_by": Instant(allow_null=True),
        "claimed_downtime_s": Seconds(required=False),
    },
)


class SimulatedShape(Shape):
    """What came out of one scenario, and which of its expectations do not hold."""

    name = serializers.CharField()
    clocks = serializers.DictField(
        child=SimulatedClockShape(), help_text=gettext_lazy("Those that there are, by name.")
    )
    availability = SimulatedAvailabilityShape(allow_null=True)
    performance = serializers.DictField(child=SimulatedMetricShape())
    credits = SimulatedCreditShape(many=True)
    failures = serializers.ListField(child=serializers.CharField())


class SimulationShape(Shape):
    """What came out of all scenarios in their order; `holds`: every expectation does."""

    holds = serializers.BooleanField()
    scenarios = SimulatedShape(many=True)

"""Samples over the API: up to ten thousand a call, read quickly and judged one by one."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.shapes import OFFSET, Exact, Id, Instant, Shape, Text
from uptime.actions.samples import LONGEST_REGION, Sample, add_samples
from uptime.api.naming import AREA, LEADS, service_named

MOST = 10_000
# How many wrong ones are told at once.
MOST_WRONG = 20
# Texts that need no closer look: as REST framework would leave them.
PLAIN = re.compile(r"(?:[!-~](?:[ -~]{0,38}[!-~])?)?")
NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,10})?")
NAMES = frozenset(("metric", "region", "at", "value"))


class _Samples(serializers.ListSerializer[Any]):
    """A list of samples as (metric, region, instant, value). REST framework would take a hundred times as long."""

    def to_internal_value(self, data: Any) -> list[Sample]:
        """All, or what is wrong with each of the first that are, by their places."""
        if not isinstance(data, list):
            raise serializers.ValidationError([_("Send a list of samples.")])
        if not 1 <= len(data) <= MOST:
            said = _("Send 1 to %(most)s samples in a call; these are %(count)s.")
            raise serializers.ValidationError([said % {"most": MOST, "count": len(data)}])
        found: list[Sample] = []
        wrong: dict[int, Any] = {}
        for place, item in enumerate(data):
            try:
                found.append(_quickly(item) or self._judged(item))
            except serializers.ValidationError as error:
                wrong[place] = error.detail
                if len(wrong) == MOST_WRONG:
                    break
        if wrong:
            raise serializers.ValidationError(wrong)
        return found

    def _judged(self, item: Any) -> Sample:
        """By the shape, field by field."""
        said = self.run_child_validation(item)
        return said["metric"], said["region"], said["at"], said["value"]


def _quickly(item: Any) -> Sample | None:
    """A sample that plainly fits its shape; None for one to be looked at closely."""
    if not isinstance(item, dict) or not NAMES.issuperset(item):
        return None
    metric, region = item.get("metric"), item.get("region", "")
    at, value = item.get("at"), item.get("value")
    texts = all(isinstance(text, str) for text in (metric, region, at, value))
    if not texts or not metric or not PLAIN.fullmatch(metric) or not PLAIN.fullmatch(region):
        return None
    if not OFFSET.fullmatch(at) or not NUMBER.fullmatch(value):
        return None
    try:
        return metric, region, datetime.fromisoformat(at).astimezone(UTC), Decimal(value)
    except (ValueError, OverflowError):
        return None


class _Described(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The list for the schema, with how many it holds."""

    target_class = _Samples

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """An array of samples."""
        sample = auto_schema.resolve_serializer(self.target.child, direction)
        return {"type": "array", "items": sample.ref, "minItems": 1, "maxItems": MOST}


class SampleShape(Shape):
    """One measurement, exact. One for an instant that has a sample replaces it."""

    metric = Text(max_length=40, help_text=gettext_lazy("As the policy names it: latency_ms."))
    region = Text(default="", max_length=LONGEST_REGION, allow_blank=True)
    at = Instant()
    value = Exact(max_digits=30, decimal_places=10)

    class Meta:
        list_serializer_class = _Samples


class SamplesShape(Shape):
    """Samples of one service, up to 10,000."""

    service = Id()
    samples = SampleShape(many=True)


class SamplesTakenShape(Shape):
    """How many samples were taken, and in how many hours (of a metric and region) they lie."""

    samples = Id()
    hours = Id()


class Samples(ApiView):
    """Samples."""

    area = AREA

    @operation(
        "samples_add",
        takes=SamplesShape,
        gives=SamplesTakenShape,
        roles=LEADS,
        examples={
            "Two regions": {
                "service": 1,
                "samples": [
                    {"metric": "latency_ms", "region": "eu", "at": "2026-03-13T21:00:00Z", "value": "41.5"},
                    {"metric": "latency_ms", "region": "us", "at": "2026-03-13T21:00:00Z", "value": "52"},
                ],
            }
        },
        refuses="`service_unknown`; `not_a_name`, `lies_ahead`, `far_off` and `not_exact`, each at its place in the "
        "list, such as `samples.7`",
    )
    def post(self, call: Call) -> Answer:
        """Adds samples of a service, all or none; sent twice they are there once."""
        service = service_named(call.actor, call.body["service"])
        samples = call.body["samples"]
        return Answer({"samples": len(samples), "hours": add_samples(service, samples, at=call.at)})

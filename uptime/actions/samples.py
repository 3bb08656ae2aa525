"""Samples of a service's metrics, rolled up by the hour: exact, and the same however often they come."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.refusal import Refusal
from uptime.actions.checks import NAME, aware
from uptime.marking import mark_sampled
from uptime.models import SampleHour

Sample = tuple[str, str, datetime, Decimal]

LONGEST_REGION = SampleHour._meta.get_field("region").max_length or 0
MICROSECOND = timedelta(microseconds=1)
PLACES, WHOLE_DIGITS = 10, 20
# What comes for an instant that has a sample replaces it. Done in the statement: two senders at once lose nothing.
ROLL_UP = """
INSERT INTO uptime_samplehour AS there (provider_id, service_id, metric, region, hour_at, offsets, "values")
SELECT %s, %s, n.metric, n.region, n.hour_at, n.offsets::bigint[], n.given::numeric[]
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
  n(metric, region, hour_at, offsets, given)
ORDER BY n.metric, n.region, n.hour_at
ON CONFLICT (service_id, metric, region, hour_at) DO UPDATE SET (offsets, "values") = (
  SELECT array_agg(o ORDER BY o), array_agg(v ORDER BY o) FROM (
    SELECT DISTINCT ON (o) o, v FROM (
      SELECT 0, * FROM unnest(EXCLUDED.offsets, EXCLUDED."values")
      UNION ALL SELECT 1, * FROM unnest(there.offsets, there."values")
    ) every(age, o, v) ORDER BY o, age
  ) kept)
"""


def add_samples(service: Service, samples: Sequence[Sample], *, at: datetime) -> int:
    """Adds (metric, region or "", instant, value); returns in how many hours they lie. In the staff's scope.

    Idempotent by instant: one that has a sample gets the new value. All are refused if one is wrong: `not_a_name`,
    `no_offset`, `lies_ahead`, `not_exact` (more than ten decimal places, or no number), each at its `samples.<n>`.
    """
    _refuse_wrong(samples, at)
    hours: dict[tuple[str, str, datetime], dict[int, Decimal]] = defaultdict(dict)
    for metric, region, instant, value in samples:
        moment = instant.astimezone(UTC)
        hour = moment.replace(minute=0, second=0, microsecond=0)
        hours[metric, region, hour][(moment - hour) // MICROSECOND] = value
    if not hours:
        return 0
    rows = [(*key, *_arrays(given)) for key, given in hours.items()]
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, [service.provider_id, service.pk, *map(list, zip(*rows, strict=True))])
    instants = [instant for _metric, _region, instant, _value in samples]
    span = (min(instants), max(instants) + MICROSECOND)
    mark_sampled(service.provider_id, service.pk, {metric for metric, *_rest in samples}, span, at=at)
    return len(rows)


def _arrays(given: dict[int, Decimal]) -> tuple[str, str]:
    offsets = sorted(given)
    return (
        "{" + ",".join(map(str, offsets)) + "}",
        "{" + ",".join(f"{given[offset]:f}" for offset in offsets) + "}",
    )


def _refuse_wrong(samples: Sequence[Sample], at: datetime) -> None:
    for number, (metric, region, instant, value) in enumerate(samples):
        field = f"samples.{number}"
        if not NAME.fullmatch(metric) or len(region) > LONGEST_REGION:
            raise _wrong("not_a_name", _("A metric is a short name, a region at most 40 characters."), field)
        aware(**{field: instant})
        if instant > at:
            raise _wrong("lies_ahead", _("This sample was taken after now."), field)
        if not _fits(value):
            raise _wrong("not_exact", _("A value is a number with at most ten decimal places."), field)


def _fits(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES and value.adjusted() < WHOLE_DIGITS


def _wrong(code: str, said: str, field: str) -> Refusal:
    return Refusal(code, said, fields={field: said})

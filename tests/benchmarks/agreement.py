"""The agreement of the benchmarks: all five clocks in office hours, a month with windows, filters and a credit."""

from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import Instant, read_instant

DOCUMENT = """\
format: slaportal/1
provider: {key: acme, name: Acme}
title: Benchmarks
timezone: America/New_York
currency: USD
calendars:
  office: {hours: {mon-fri: 09:00-18:00}, holidays: [US]}
support:
  default_severity: normal
  pause: {resolution: [waiting_on_customer, waiting_on_third_party], update: [waiting_on_customer]}
  severities:
    high:
      response: {within: 1h, calendar: office}
      next_reply: {within: 2h, calendar: office}
      update: {every: 4h, calendar: office}
      status_request: {within: 4h, calendar: office}
      resolution: {within: 8h, calendar: office}
    normal:
      response: {within: 4h, calendar: office}
      next_reply: {within: 8h, calendar: office}
      update: {every: 18h, calendar: office}
      status_request: {within: 8h, calendar: office}
      resolution: {within: 14h, calendar: office}
availability:
  target: "99.9"
  basis: service_time
  degraded: "0.5"
  outages: {at_least: 5m, whole: 1m}
  exclusions:
    maintenance:
      scheduled: {notice: 3d, up_to: 4h}
      emergency: {per_period: 1}
    causes: {customer: {}}
credits:
  - for: availability
    quantity: availability
    schedule: {tiers: [{when: "< 95", pay: 100%}, {when: "< 99", pay: 25%}, {when: "< 99.9", pay: 10%}]}
    cap: 50%
    claim: {by: customer, within: 30d, from: period_end}
plans: {standard: {name: Standard}}
"""


def agreed() -> Agreement:
    """The agreement, read from its text."""
    return agreement_of(read_document(DOCUMENT))


def at(text: str) -> Instant:
    """An instant of November 2026 in New York, after the change of the clocks: `10 09:30`."""
    return read_instant(f"2026-11-{text.replace(' ', 'T')}:00-05:00")

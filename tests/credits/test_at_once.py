"""Real processes on a clone: two claims at once are one, two workers at once remind once, nobody waits for ever."""

import subprocess

import pytest

from tests.clones import run, start

IMPORTS = """
import sys, time
from credits.actions.claims import file_claim
from credits.assessing import assess_periods
from credits.models import Assessment, Claim, Reminder
from credits.sweeping import sweep_breaches, sweep_look, sweep_marked
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from slaportal.tenancy.scope import STAFF, scope
from tests.credits.months import CLAIM_BY, DAY, breached, for_responses, tenth
from tests.credits.seeded import NOON, claims_there, inside, member_named, seed
from uptime.models import SubscriptionPeriod
"""
SEED = "months = seed(tenth()); print(months.provider.pk, months.world.tenants['a'].pk, months.pk)"
CLAIM = """
ann = member_named({provider}, {tenant}, "ann")
try:
    with inside(ann):
        claim = file_claim(SubscriptionPeriod.objects.get(pk={period}), note="", actor=ann, at=NOON, token={token})
        print("made", claim.pk, flush=True)
        time.sleep({holds})
except Refusal as refusal:
    print("refused", refusal.code)
"""
HOLD = """
with scope(STAFF, provider={provider}):
    print("worked", assess_periods([{period}], now=CLAIM_BY - 7 * DAY), flush=True)
    time.sleep(2)
"""
LOOK = "print('worked', sweep_look(at=CLAIM_BY - 7 * DAY))"
COUNT = """
with scope(STAFF, provider={provider}):
    print(Reminder.objects.count(), Message.objects.filter(kind="claim_reminder").count(), Claim.objects.count())
"""
BREACH = """
with scope(STAFF, provider={provider}):
    breached(SubscriptionPeriod.objects.get(pk={period}), "10-06 10:00")
print("swept", sweep_breaches(at=NOON))
"""
AMOUNT = """
with scope(STAFF, provider={provider}):
    print(Assessment.objects.get(period={period}, credit_for="response").amount)
"""


def said(clone: str, login: str, code: str) -> list[str]:
    return run(clone, login, IMPORTS + code).stdout.split()


def begun(clone: str, login: str, code: str) -> tuple[subprocess.Popen[str], list[str]]:
    """A process that has said its first line and goes on."""
    process = start(clone, login, ["-c", "import django; django.setup()\n" + IMPORTS + code])
    assert process.stdout is not None
    return process, process.stdout.readline().split()


def names(clone: str, seed: str = SEED) -> dict[str, str]:
    provider, tenant, period = said(clone, "portal_jobs", seed)
    return {"provider": provider, "tenant": tenant, "period": period}


@pytest.mark.parametrize(("token", "then"), [("None", "refused"), ("'8b3d6ad6-3c4c-4a3e-9f8e-0a4c2f1f1c11'", "made")])
def test_two_claims_at_once_are_one(clone: str, token: str, then: str) -> None:
    of = names(clone)
    first, made = begun(clone, "portal_web", CLAIM.format(**of, token=token, holds=2))
    assert made[0] == "made"
    second = said(clone, "portal_web", CLAIM.format(**of, token=token, holds=0))
    assert second == (["refused", "already_claimed"] if then == "refused" else made)
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert said(clone, "portal_jobs", f"print(claims_there({of['provider']}))") == ["1"]
    assert said(clone, "portal_jobs", "print(sweep_marked(at=NOON))") == ["1"]


def test_two_workers_at_once_remind_once(clone: str) -> None:
    of = names(clone)
    first, worked = begun(clone, "portal_jobs", HOLD.format(**of))
    assert worked == ["worked", "1"]
    assert said(clone, "portal_jobs", LOOK) == ["worked", "0"]  # passed by, not waited for
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert said(clone, "portal_jobs", LOOK) == ["worked", "0"]
    assert said(clone, "portal_jobs", COUNT.format(**of)) == ["1", "1", "0"]


def test_a_claim_waits_for_the_worker_and_is_not_lost(clone: str) -> None:
    """The worker that began before the claim does not know it; the mark that follows is worked out by the next."""
    of = names(clone)
    first, worked = begun(clone, "portal_jobs", HOLD.format(**of))
    assert worked == ["worked", "1"]
    assert said(clone, "portal_web", CLAIM.format(**of, token="None", holds=0))[0] == "made"
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert said(clone, "portal_jobs", "print(sweep_marked(at=NOON + DAY))") == ["1"]
    assert said(clone, "portal_jobs", COUNT.format(**of))[2] == "1"


def test_a_breach_waits_for_the_worker_who_does_not_know_it_and_is_not_lost(clone: str) -> None:
    of = names(clone, SEED.replace("tenth()", "tenth(), for_responses()"))
    first, worked = begun(clone, "portal_jobs", HOLD.format(**of))
    assert worked == ["worked", "1"]
    assert said(clone, "portal_jobs", BREACH.format(**of)) == ["swept", "1"]
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert said(clone, "portal_jobs", AMOUNT.format(**of)) == ["50.0000"]
    assert said(clone, "portal_jobs", "print(sweep_breaches(at=NOON))") == ["0"]

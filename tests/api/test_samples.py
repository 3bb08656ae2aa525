"""Samples over the API: taken whole or not at all, what is wrong by its place; sent twice they are there once."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slaportal.api.schema import schema
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.uptime.delivered import NOW, Delivered, deliver
from tests.world import World
from uptime.api.samples import MOST, MOST_WRONG
from uptime.models import SampleHour


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
    return found


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sample(**more: Any) -> dict[str, Any]:
    return {"metric": "latency_ms", "region": "eu", "at": "2026-11-20T10:00:00Z", "value": "41.5", **more}


def body(delivered: Delivered, *samples: Any) -> dict[str, Any]:
    return {"service": delivered.service.pk, "samples": list(samples)}


def kept(delivered: Delivered) -> dict[tuple[str, str, str], dict[int, Decimal]]:
    with delivered.world.inside("admin"):
        return {
            (row.metric, row.region, f"{row.hour_at:%d %H}"): dict(zip(row.offsets, row.values, strict=True))
            for row in SampleHour.objects.all()
        }


def test_samples_are_taken_exactly_and_once(delivered: Delivered, programs: Programs) -> None:
    given = body(
        delivered,
        sample(),
        sample(at="2026-11-20T11:59:59.999999+01:00", value="-0.1234567891"),
        sample(region=" us ", value="52.10"),
        {"metric": "load_ms", "at": "2026-10-05T00:30:00Z", "value": "99999999999999999999"},
    )
    answer = programs("lead").post("samples/", given)
    assert (answer.status_code, answer.said) == (200, {"samples": 4, "hours": 3})
    expected = {
        ("latency_ms", "eu", "20 10"): {0: Decimal("41.5"), 3_599_999_999: Decimal("-0.1234567891")},
        ("latency_ms", "us", "20 10"): {0: Decimal("52.1")},
        ("load_ms", "", "05 00"): {1_800_000_000: Decimal(99999999999999999999)},
    }
    assert kept(delivered) == expected
    with delivered.world.inside("admin"):
        assert delivered.marked() == {"2026-10", "2026-11"}
    assert programs("admin").post("samples/", given).said == answer.said
    assert kept(delivered) == expected
    programs("lead").post("samples/", body(delivered, sample(value="7")))
    assert kept(delivered)["latency_ms", "eu", "20 10"][0] == 7


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (sample(value=41), "invalid", "samples.1.value"),
        (sample(value="NaN"), "invalid", "samples.1.value"),
        (sample(value="1e3000"), "invalid", "samples.1.value"),
        (sample(value="0.12345678901"), "invalid", "samples.1.value"),
        (sample(value="100000000000000000000"), "invalid", "samples.1.value"),
        (sample(at="2026-11-20T10:00:00"), "invalid", "samples.1.at"),
        (sample(at="2026-11-31T10:00:00Z"), "invalid", "samples.1.at"),
        (sample(metric=""), "invalid", "samples.1.metric"),
        (sample(metric=["latency_ms"]), "invalid", "samples.1.metric"),
        (sample(region="x" * 41), "invalid", "samples.1.region"),
        (sample(region=None), "invalid", "samples.1.region"),
        (sample(host="a"), "invalid", "samples.1.host"),
        ({"metric": "latency_ms", "value": "1"}, "invalid", "samples.1.at"),
        ("41.5", "invalid", "samples.1"),
        (sample(metric="Latency"), "not_a_name", "samples.1"),
        (sample(at="2026-11-24T12:00:00.000001Z"), "lies_ahead", "samples.1"),
        (sample(at="0001-01-01T00:00:00+14:00"), "invalid", "samples.1.at"),
        (sample(at="1969-12-31T23:59:59Z"), "far_off", "samples.1"),
    ],
)
def test_one_wrong_sample_refuses_all_by_its_place(
    delivered: Delivered, programs: Programs, wrong: Any, code: str, field: str
) -> None:
    answer = programs("lead").post("samples/", body(delivered, sample(), wrong, sample(region="us")))
    assert set(refused(answer, 400, code)) == {field}
    assert kept(delivered) == {}


def test_what_is_wrong_is_told_of_the_first_twenty(delivered: Delivered, programs: Programs) -> None:
    mixed = [sample(), *(sample(value=n) for n in range(30))]
    fields = refused(programs("lead").post("samples/", body(delivered, *mixed)), 400, "invalid")
    assert list(fields) == [f"samples.{place}.value" for place in range(1, MOST_WRONG + 1)]


@pytest.mark.parametrize("samples", [[], None, {"0": sample()}, [sample()] * (MOST + 1)], ids=["0", "null", "{}", "+1"])
def test_how_many(delivered: Delivered, programs: Programs, samples: Any) -> None:
    answer = programs("lead").post("samples/", {"service": delivered.service.pk, "samples": samples})
    assert set(refused(answer, 400, "invalid")) == {"samples"}
    assert kept(delivered) == {}


def test_ten_thousand_at_once_in_as_many_statements(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    counts = []
    for count in (100, MOST):
        many = [sample(at=f"2026-11-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z") for n in range(count)]
        lead.post("samples/", body(delivered, sample()))
        with CaptureQueriesContext(connection) as queries:
            answer = lead.post("samples/", body(delivered, *many))
        assert (answer.status_code, answer.said["samples"]) == (200, count)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert sum(len(values) for values in kept(delivered).values()) == MOST + 1


def test_leads_alone_and_their_own_services(delivered: Delivered, programs: Programs) -> None:
    given = body(delivered, sample())
    for who in ("agent", "amy", "bob", "carl"):
        refused(programs(who).post("samples/", given), 403, "role_not_allowed")
    assert set(refused(programs("cora").post("samples/", given), 400, "service_unknown")) == {"service"}
    assert kept(delivered) == {}


def test_the_schema_says_how_many() -> None:
    told = schema()["components"]["schemas"]["SamplesRequest"]["properties"]["samples"]
    assert (told["type"], told["minItems"], told["maxItems"]) == ("array", 1, MOST)
    assert told["items"] == {"$ref": "#/components/schemas/SampleRequest"}

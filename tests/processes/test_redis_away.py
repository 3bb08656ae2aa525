"""Redis emptied, stopped and started again: pages answer all the time, and nothing is lost or sent twice."""

from functools import partial

import pytest
import redis

from slaportal.embedded.valkey import Valkey
from tests.processes.conftest import Leave, expected
from tests.processes.fleet import Browser, Fleet, until

pytestmark = pytest.mark.workers

PAGES = ("/", "/people/", "/messages/", "/jobs/", "/tokens/", "/audit/")


def all_pages_answer(browser: Browser) -> None:
    assert {path: browser.get(path)[0] for path in PAGES} == dict.fromkeys(PAGES, 200)


def has_noticed(fleet: Fleet, name: str) -> bool:
    """The socket is there and nobody listens, or it is gone."""
    return any(words in fleet.said(name) for words in ("Connection refused", "No such file"))


def test_redis_is_emptied_and_goes_away(
    fleet_on_private_redis: Fleet, private_redis: Valkey, leave: Leave, signed_in: dict[str, str]
) -> None:
    fleet = fleet_on_private_redis
    leave("early", 20)
    fleet.hold("early-8@example.test")
    fleet.beat()
    fleet.worker()
    browser = fleet.web(signed_in)
    fleet.held()

    with redis.Redis(unix_socket_path=str(private_redis.socket)) as server:
        assert server.dbsize() > 0
        server.flushall()
    all_pages_answer(browser)
    leave("emptied", 10)
    fleet.let_go()
    fleet.all_are_sent()

    private_redis.stop()
    all_pages_answer(browser)
    leave("away", 10)
    assert browser.post("/people/invite/", email="new@example.test", role="agent")[0] == 302
    status, said = browser.get("/readyz", Accept="application/json")
    assert status == 503
    assert "Redis does not answer" in said
    for name in ("worker", "beat"):
        until(partial(has_noticed, fleet, name), f"{name} notices")
    assert fleet.unsent() == 11

    private_redis.start()
    fleet.all_are_sent()
    all_pages_answer(browser)
    assert all(fleet.running[name].poll() is None for name in ("worker", "beat", "web"))
    assert fleet.letters() == {
        **expected("early", 20),
        **expected("emptied", 10),
        **expected("away", 10),
        "new@example.test": 1,
    }

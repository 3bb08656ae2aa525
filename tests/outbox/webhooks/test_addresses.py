"""Where nothing may be posted: by number, by name, and by a name that is another place the second time."""

import ipaddress
import socket
import time
from typing import Any

import pytest
from pytest_django import Settings

from slaportal.outbox.webhooks.addresses import Unreachable, addresses_of, ascii_url, is_reachable, place_of
from slaportal.outbox.webhooks.posting import post
from tests.outbox.webhooks.receiver import receiving

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "192.88.99.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.5",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:168.63.129.16",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:a00:1::",
    "2002:7f00:1::1",
    "2001:0:a00:1::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "::ffff:1.1.1.1",
    "64:ff9b::808:808",
    "2606:4700:4700::1111",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_reachable(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_reached(address: str) -> None:
    assert is_reachable(ipaddress.ip_address(address))


def test_loopback_is_for_the_hosts_that_are_named_and_nothing_else_private_is() -> None:
    assert is_reachable(ipaddress.ip_address("127.0.0.1"), local=True)
    assert is_reachable(ipaddress.ip_address("::1"), local=True)
    assert not is_reachable(ipaddress.ip_address("10.0.0.1"), local=True)
    assert not is_reachable(ipaddress.ip_address("169.254.169.254"), local=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.test/", "url_not_https"),
        ("ftp://hooks.example.test/", "url_not_https"),
        ("hooks.example.test", "url_not_https"),
        ("https://", "url_odd"),
        ("https://user:secret@hooks.example.test/", "url_odd"),
        ("https://hooks.example.test/#part", "url_odd"),
        ("https://hooks.example.test:0/", "url_odd"),
        ("https://hooks.example.test:99999/", "url_odd"),
        ("https://[fe80::1%25eth0]/", "url_odd"),
        ("https://hooks.example.test/a b", "url_odd"),
        ("https://hooks.example.test/\r\nX-Evil: 1", "url_odd"),
        ("https://bücher.example/", "url_odd"),
        ("https://hooks.example.test/" + "a" * 500, "url_odd"),
        ("https://127.0.0.1/", "refused_address"),
        ("https://[::1]/", "refused_address"),
        ("https://169.254.169.254/latest/meta-data/", "refused_address"),
    ],
)
def test_addresses_that_nothing_is_posted_to(url: str, code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        place_of(url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "localhost."])
def test_loopback_in_other_spellings_is_found_where_it_leads(host: str) -> None:
    place = place_of(f"https://{host}/")
    with pytest.raises(Unreachable) as refused:
        addresses_of(place, time.monotonic() + 10)
    assert refused.value.code in ("refused_address", "no_such_name")


def test_the_parts_of_an_address(settings: Settings) -> None:
    place = place_of("https://Hooks.Example.test:8443/in?key=1")
    assert (place.host, place.port, place.target) == ("hooks.example.test", 8443, "/in?key=1")
    assert place.authority == "hooks.example.test:8443"
    assert place_of("https://hooks.example.test").authority == "hooks.example.test"
    assert place_of("https://[2606:4700:4700::1111]:8443").authority == "[2606:4700:4700::1111]:8443"
    assert ascii_url(" https://bücher.example:8443/a?b ") == "https://xn--bcher-kva.example:8443/a?b"
    settings.WEBHOOK_LOOPBACK_HOSTS = ["hooks.local"]
    assert place_of("http://hooks.local/").local
    with pytest.raises(ValueError, match="url_not_https"):
        place_of("http://other.local/")


class Names:
    """A name server: each question takes the next answer, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, *_rest: Any, **_named: Any) -> list[Any]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def test_a_name_that_is_private_when_it_is_asked_again_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is checked, private when it is connected to. What was checked is connected to."""
    names, connected = Names(["93.184.215.14"], ["127.0.0.1"]), []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", names)
    monkeypatch.setattr(socket, "create_connection", connect)
    answer = post("https://rebinding.example.test/", {}, b"{}")
    assert (answer.error, names.asked, connected) == ("no_connection", 1, [("93.184.215.14", 443)])


def test_of_a_name_with_a_private_address_only_the_public_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(["10.0.0.1", "93.184.215.14", "127.0.0.1"]))
    place = place_of("https://mixed.example.test/")
    assert addresses_of(place, time.monotonic() + 10) == ["93.184.215.14"]


def test_a_private_name_is_refused_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", Names(["127.0.0.1"]))
        answer = post(f"https://inside.example.test:{receiver.port}/", {"webhook-id": "evt_1"}, b"{}")
        assert (answer.error, answer.status, answer.text) == ("refused_address", None, "127.0.0.1")
        assert receiver.received == []


def test_a_name_server_that_does_not_answer_takes_no_longer_than_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_asked: Any, **_named: Any) -> list[Any]:
        time.sleep(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look)
    began = time.monotonic()
    answer = post("https://slow.example.test/", {}, b"{}", seconds=0.3)
    assert answer.error == "timeout"
    assert time.monotonic() - began < 2


def test_a_name_that_is_not_there() -> None:
    answer = post("https://nobody.invalid/", {}, b"{}", seconds=10)
    assert answer.error in ("no_such_name", "timeout")
    assert answer.status is None

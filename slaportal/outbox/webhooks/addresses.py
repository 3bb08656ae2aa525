"""Where an endpoint may lie: the name is looked up once, and only a public address of it is connected to."""

import ipaddress
import re
import socket
import threading
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias
from urllib.parse import urlsplit

from django.conf import settings

IPAddress: TypeAlias = IPv4Address | IPv6Address

LONGEST_URL = 500
MOST_ADDRESSES = 4
PORTS = {"https": 443, "http": 80}
# What of IPv6 is given out to the public; all else is somebody's own, or leads back into IPv4.
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# IPv4 in the clothes of IPv6: 6to4 and Teredo go through strangers' gateways; NAT64 is judged by the address within.
TUNNELS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Not private by number, and yet nobody's of the public: protocols' own (192.0.0.192 is Oracle's metadata), relays of
# 6to4, and what a machine at Azure asks about itself.
SPECIAL_V4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
WRITABLE = re.compile(r"[\x21-\x7e]+")


class Unreachable(Exception):  # noqa: N818 - it is what most often ends an attempt
    """No connection; `code` says why (`webhooks.words`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart: what to look up, what to say in Host, what to ask for. `local`: for tests alone."""

    scheme: str
    host: str
    port: int
    target: str
    local: bool

    @property
    def authority(self) -> str:
        """As it stands in `Host`."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def place_of(url: str) -> Place:
    """The parts of an endpoint's address; ValueError (a code of `webhooks.words`) for one that nothing is posted to.

    `https` alone, but for hosts of WEBHOOK_LOOPBACK_HOSTS, which are there for development and tests.
    """
    if len(url) > LONGEST_URL or not WRITABLE.fullmatch(url):
        raise ValueError("url_odd")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("url_odd") from error
    local = host in settings.WEBHOOK_LOOPBACK_HOSTS
    if parts.scheme not in PORTS or (parts.scheme == "http" and not local):
        raise ValueError("url_not_https")
    if not host or "%" in host or "@" in parts.netloc or parts.fragment or port == 0:
        raise ValueError("url_odd")
    literal = literal_of(host)
    if literal is not None and not is_reachable(literal, local=local):
        raise ValueError("refused_address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port or PORTS[parts.scheme], target, local)


def ascii_url(url: str) -> str:
    """The address with its host as DNS has it (`bücher.example` is `xn--bcher-kva.example`); as it was if it is odd."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        if host.isascii():
            return url.strip()
        name = host.encode("idna").decode()
        return parts._replace(netloc=name if parts.port is None else f"{name}:{parts.port}").geturl()
    except ValueError:
        return url.strip()


def literal_of(host: str) -> IPAddress | None:
    """The IP address that a host is, if it is none that has to be looked up."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_reachable(address: IPAddress, *, local: bool = False) -> bool:
    """Whether something may be posted there: public, and no way around; `local` takes loopback too."""
    if local and address.is_loopback:
        return True
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped
        if within is None and address in NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return is_reachable(within)
        if address not in PUBLIC_V6 or any(address in network for network in TUNNELS):
            return False
    elif any(address in network for network in SPECIAL_V4):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def addresses_of(place: Place, deadline: float) -> list[str]:
    """Where the name leads just now, without what may not be reached; Unreachable if nothing is left.

    `deadline` by `time.monotonic`. A name server that does not answer keeps a thread of its own, and nobody else.
    """
    literal = literal_of(place.host)
    found = [literal] if literal is not None else _looked_up(place.host, place.port, deadline)
    reachable = [address for address in found if is_reachable(address, local=place.local)]
    if not reachable:
        raise Unreachable("refused_address", ", ".join(map(str, found[:MOST_ADDRESSES])))
    return [str(address) for address in reachable[:MOST_ADDRESSES]]


def _looked_up(host: str, port: int, deadline: float) -> list[IPAddress]:
    found: list[IPAddress] = []
    failed: list[OSError] = []

    def look() -> None:
        try:
            for *_rest, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                address = ipaddress.ip_address(str(place[0]).partition("%")[0])
                if address not in found:
                    found.append(address)
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(max(0.0, deadline - time.monotonic()))
    if looking.is_alive():
        raise Unreachable("timeout")
    if failed or not found:
        raise Unreachable("no_such_name", str(failed[0]) if failed else "")
    return found

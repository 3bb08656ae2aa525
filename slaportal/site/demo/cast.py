"""Who is in the demo: the five real providers, and invented customers and people."""

from dataclasses import dataclass, field
from decimal import Decimal

PASSWORD = "clear-skies-over-harbour"  # noqa: S105 - printed by `make demo`, for demos only
OPERATOR = ("operator@portal.example", "Olga Brandt", "UTC")


@dataclass(frozen=True)
class Person:
    """One who signs in with `email` and the password of the demo."""

    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Sold:
    """A subscription: what it is called, its plan, its kind, and the monthly fee."""

    name: str
    plan: str
    fee: Decimal
    kind: str = "production"


@dataclass(frozen=True)
class Offered:
    """A service, by its short name."""

    key: str
    name: str


@dataclass(frozen=True)
class Customer:
    """A tenant, its people, what it has bought (the first covers all services), and its own services."""

    name: str
    people: tuple[Person, ...]
    sold: tuple[Sold, ...] = ()
    services: tuple[Offered, ...] = ()


@dataclass(frozen=True)
class Company:
    """A provider with its staff and customers; `zone` is where its desk sits, `shared` what all customers use.

    `former` is what an agreement of the year before said: words of the shipped text and what stood there instead.
    """

    slug: str
    name: str
    zone: str
    staff: tuple[Person, ...]
    shared: Offered
    customers: tuple[Customer, ...]
    currency: str = field(default="USD")
    former: tuple[tuple[str, str], ...] = ()


def _address(name: str, place: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@{place}.example"


def _staff(slug: str, *names: str) -> tuple[Person, ...]:
    roles = ("admin", "lead", "agent", "agent", "agent")
    return tuple(Person(_address(name, slug), name, role) for name, role in zip(names, roles, strict=True))


def _people(place: str, *names: str) -> tuple[Person, ...]:
    roles = ("manager", "member", "member")
    return tuple(Person(_address(n, place), n, role) for n, role in zip(names, roles, strict=False))


def _sold(name: str, plan: str, fee: str, kind: str = "production") -> Sold:
    return Sold(name, plan, Decimal(fee), kind)


COMPANIES = (
    Company(
        "procirrus",
        "ProCirrus",
        "America/New_York",
        _staff("procirrus", "Dana Whitfield", "Marcus Oyelaran", "Priya Raman", "Tom Hadley", "Lucia Ferro"),
        Offered("desktops-atlanta", "Hosted desktops, Atlanta"),
        (
            Customer(
                "Harlow & Pine LLP",
                _people("harlowpine", "Grace Harlow", "Ben Pine", "Sheila Abbott"),
                (_sold("Hosted desktops, 42 seats", "cloud", "5460"),),
                (Offered("harlowpine-files", "Harlow & Pine: case files"),),
            ),
            Customer(
                "Calloway Estates",
                _people("calloway", "Ruth Calloway", "Ivan Petrov"),
                (_sold("Hosted desktops, 18 seats", "cloud", "2340"),),
                (Offered("calloway-yardi", "Calloway Estates: Yardi Voyager"),),
            ),
            Customer(
                "Northgate Surveyors",
                _people("northgate", "Helen Marsh", "Omar Said", "Craig Dunmore"),
                (_sold("Hosted desktops, 25 seats", "cloud", "3250"),),
                (Offered("northgate-cad", "Northgate Surveyors: CAD workstations"),),
            ),
        ),
    ),
    Company(
        "infopromo",
        "Infopromo",
        "Europe/Warsaw",
        _staff("infopromo", "Agnieszka Nowak", "Piotr Zielinski", "Marta Lis", "Jan Kowal", "Ewa Sikora"),
        Offered("platform-waw", "Web platform, Warsaw"),
        (
            Customer(
                "Bursztyn Logistyka",
                _people("bursztyn", "Adam Bursztyn", "Kasia Maj", "Tomasz Wrona"),
                (_sold("Customer portal hosting", "standard", "1200"),),
                (Offered("bursztyn-tracking", "Bursztyn: parcel tracking"),),
            ),
            Customer(
                "Tatra Outdoor",
                _people("tatra", "Lena Tatar", "Filip Gora"),
                (_sold("Online shop", "premium", "2900"),),
                (Offered("tatra-shop", "Tatra Outdoor: shop"),),
            ),
            Customer(
                "Wisla Press",
                _people("wislapress", "Zofia Wilk", "Marek Dab", "Iga Chmiel"),
                (_sold("News sites", "enterprise", "6400"), _sold("Newsletter, trial", "standard", "0", "trial")),
                (Offered("wisla-news", "Wisla Press: news sites"),),
            ),
        ),
        former=(
            ("response: {within: 15m, aim: 5m,", "response: {within: 30m, aim: 15m,"),
            ('target: "99.9"', 'target: "99.5"'),
            ('latency_ms: {limit: "50"', 'latency_ms: {limit: "80"'),
        ),
    ),
    Company(
        "proofpoint",
        "Proofpoint",
        "America/Los_Angeles",
        _staff("proofpoint", "Karen Liu", "Sam Okafor", "Diego Morales", "Hannah Weiss", "Noah Kim"),
        Offered("relay-us1", "Mail relay US1"),
        (
            Customer(
                "Meridian Health",
                _people("meridian", "Alice Grant", "Victor Hale", "Joyce Palmer"),
                (_sold("E-mail protection, 6,200 mailboxes", "cloud", "18600"),),
                (Offered("meridian-encryption", "Meridian Health: message encryption"),),
            ),
            Customer(
                "Bluewater Bank",
                _people("bluewater", "Rosa Blum", "Peter Stone"),
                (_sold("E-mail protection, 2,800 mailboxes", "cloud", "9100"),),
                (Offered("bluewater-archive", "Bluewater Bank: archive"),),
            ),
            Customer(
                "Kestrel Aerospace",
                _people("kestrel", "Amir Haddad", "June Park", "Colin Frayn"),
                (_sold("E-mail protection, 1,150 mailboxes", "cloud", "4300"),),
                (Offered("kestrel-tap", "Kestrel Aerospace: targeted attack protection"),),
            ),
        ),
    ),
    Company(
        "spirion",
        "Spirion",
        "America/New_York",
        _staff("spirion", "Joan Pratt", "Ray Castillo", "Ana Reyes", "Kofi Mensah", "Mei Tanaka"),
        Offered("sdp-us-east", "Sensitive Data Platform, US East"),
        (
            Customer(
                "Harlow University",
                _people("harlow-u", "Nina Holt", "George Adler", "Susan Quigley"),
                (_sold("Sensitive Data Platform", "saas", "4000"), _sold("Watcher, beta", "saas", "0", "beta")),
                (Offered("harlow-u-agents", "Harlow University: agent gateway"),),
            ),
            Customer(
                "Fairmont Insurance",
                _people("fairmont", "Paula Fair", "Leo Brandt"),
                (_sold("Sensitive Data Platform", "saas", "7500"),),
                (Offered("fairmont-scans", "Fairmont Insurance: cloud scans"),),
            ),
            Customer(
                "Cedar County",
                _people("cedarcounty", "Walt Jensen", "Irene Cho"),
                (_sold("Sensitive Data Platform", "saas", "2250"),),
                (Offered("cedar-console", "Cedar County: console"),),
            ),
        ),
    ),
    Company(
        "secpod",
        "SecPod",
        "Asia/Kolkata",
        _staff("secpod", "Vikram Rao", "Anita Desai", "Rahul Menon", "Sneha Iyer", "Arjun Patel"),
        Offered("sanernow-cloud", "SanerNow cloud"),
        (
            Customer(
                "Lotus Pharma",
                _people("lotuspharma", "Kavya Nair", "Dev Shah", "Meera Kulkarni"),
                (_sold("SanerNow, 3,400 devices", "sanernow", "6800"),),
                (Offered("lotus-relay", "Lotus Pharma: patch relay"),),
            ),
            Customer(
                "Harbour Freight Co",
                _people("harbourfreight", "Maya Singh", "Chris Doyle"),
                (_sold("SanerNow, 900 devices", "sanernow", "1980"),),
                (Offered("harbour-agents", "Harbour Freight: agents"),),
            ),
            Customer(
                "Sunrise Retail",
                _people("sunrise", "Tara Bose", "Nikhil Jain", "Farah Qureshi"),
                (_sold("SanerNow, 5,100 devices", "sanernow", "9690"),),
                (Offered("sunrise-tills", "Sunrise Retail: tills"),),
            ),
        ),
    ),
)

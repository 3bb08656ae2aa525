"""Who is in the demo: the five real providers, and invented customers and people."""

from dataclasses import dataclass

PASSWORD = "clear-skies-over-harbour"  # noqa: S105 - printed by `make demo`, for demos only
OPERATOR = ("operator@portal.example", "Olga Brandt", "UTC")


@dataclass(frozen=True)
class Person:
    """One who signs in with `email` and the password of the demo."""

    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Customer:
    """A tenant and its people."""

    name: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Company:
    """A provider with its staff and customers; `zone` is where its desk sits."""

    slug: str
    name: str
    zone: str
    staff: tuple[Person, ...]
    customers: tuple[Customer, ...]
    currency: str = "USD"


def _address(name: str, place: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@{place}.example"


def _staff(slug: str, *names: str) -> tuple[Person, ...]:
    roles = ("admin", "lead", "agent", "agent", "agent")
    return tuple(Person(_address(name, slug), name, role) for name, role in zip(names, roles, strict=True))


def _customer(name: str, place: str, *people: str) -> Customer:
    roles = ("manager", "member", "member")
    return Customer(name, tuple(Person(_address(n, place), n, role) for n, role in zip(people, roles, strict=False)))


COMPANIES = (
    Company(
        "procirrus",
        "ProCirrus",
        "America/New_York",
        _staff("procirrus", "Dana Whitfield", "Marcus Oyelaran", "Priya Raman", "Tom Hadley", "Lucia Ferro"),
        (
            _customer("Harlow & Pine LLP", "harlowpine", "Grace Harlow", "Ben Pine"),
            _customer("Calloway Estates", "calloway", "Ruth Calloway", "Ivan Petrov"),
            _customer("Northgate Surveyors", "northgate", "Helen Marsh", "Omar Said"),
        ),
    ),
    Company(
        "infopromo",
        "Infopromo",
        "Europe/Warsaw",
        _staff("infopromo", "Agnieszka Nowak", "Piotr Zielinski", "Marta Lis", "Jan Kowal", "Ewa Sikora"),
        (
            _customer("Bursztyn Logistyka", "bursztyn", "Adam Bursztyn", "Kasia Maj"),
            _customer("Tatra Outdoor", "tatra", "Lena Tatar", "Filip Gora"),
            _customer("Wisla Press", "wislapress", "Zofia Wilk", "Marek Dab"),
        ),
    ),
    Company(
        "proofpoint",
        "Proofpoint",
        "America/Los_Angeles",
        _staff("proofpoint", "Karen Liu", "Sam Okafor", "Diego Morales", "Hannah Weiss", "Noah Kim"),
        (
            _customer("Meridian Health", "meridian", "Alice Grant", "Victor Hale"),
            _customer("Bluewater Bank", "bluewater", "Rosa Blum", "Peter Stone"),
            _customer("Kestrel Aerospace", "kestrel", "Amir Haddad", "June Park"),
        ),
    ),
    Company(
        "spirion",
        "Spirion",
        "America/New_York",
        _staff("spirion", "Joan Pratt", "Ray Castillo", "Ana Reyes", "Kofi Mensah", "Mei Tanaka"),
        (
            _customer("Harlow University", "harlow-u", "Nina Holt", "George Adler"),
            _customer("Fairmont Insurance", "fairmont", "Paula Fair", "Leo Brandt"),
            _customer("Cedar County", "cedarcounty", "Walt Jensen", "Irene Cho"),
        ),
    ),
    Company(
        "secpod",
        "SecPod",
        "Asia/Kolkata",
        _staff("secpod", "Vikram Rao", "Anita Desai", "Rahul Menon", "Sneha Iyer", "Arjun Patel"),
        (
            _customer("Lotus Pharma", "lotuspharma", "Kavya Nair", "Dev Shah"),
            _customer("Harbour Freight Co", "harbourfreight", "Maya Singh", "Chris Doyle"),
            _customer("Sunrise Retail", "sunrise", "Tara Bose", "Nikhil Jain"),
        ),
    ),
)

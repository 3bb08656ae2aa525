"""As whom the pages are walked through: who sees most goes first, the others look at what is different for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the demo; `side` has pages of its own, of each route so many `examples` are looked at.

    Only the first provider's are pictured.
    """

    name: str
    side: str
    email: str = ""
    pictured: bool = True
    examples: int = 2


ROLES = (
    Role("a stranger", "stranger"),
    Role("Spirion's administrator", "staff", "joan@spirion.example"),
    Role("Spirion's lead", "staff", "ray@spirion.example"),
    Role("Spirion's agent", "staff", "ana@spirion.example"),
    Role("a manager at Spirion's customer", "customer", "nina@harlow-u.example"),
    Role("a member at Spirion's customer", "customer", "george@harlow-u.example"),
    Role("the operator", "operator", "operator@portal.example"),
    Role("Infopromo's administrator", "staff", "agnieszka@infopromo.example", pictured=False, examples=1),
    Role("ProCirrus's administrator", "staff", "dana@procirrus.example", pictured=False, examples=1),
    Role("Infopromo's lead", "staff", "piotr@infopromo.example", pictured=False, examples=1),
    Role("Infopromo's agent", "staff", "marta@infopromo.example", pictured=False, examples=1),
    Role("a manager at Infopromo's customer", "customer", "zofia@wislapress.example", pictured=False, examples=1),
    Role("a member at Infopromo's customer", "customer", "marek@wislapress.example", pictured=False, examples=1),
)

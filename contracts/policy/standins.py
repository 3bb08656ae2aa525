"""Stand-ins for what cannot be read, so that the rest of a faulty document is judged in the same go."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from contracts.policy.complaints import Complaint, Keys, complaints, nearest_key
from contracts.policy.document import Terms
from contracts.policy.document.values import CLOCKS
from contracts.policy.soundness import Finding, findings, shared_findings

_ROUNDS = 4
# Without these nothing that refers to them by name can be judged.
_REFERRED_TO: tuple[Keys, ...] = (("calendars",), ("support",), ("support", "severities"))
_ABOUT_NAMES = ("unknown_calendar", "unknown_severity", "default_severity", "unknown_zone", "unknown_holidays")
_CREDIT = {"for": "availability", "schedule": {"discretionary": True}, "claim": {"by": "customer", "within": "1d"}}
_ESCALATION = {"clock": "response", "at": "75%", "do": ["notify_lead"]}
_STAND_INS: dict[tuple[str, ...], Any] = {
    ("format",): "slaportal/1",
    ("provider",): {"key": "x", "name": "x"},
    ("provider", "key"): "x",
    ("provider", "name"): "x",
    ("title",): "x",
    ("timezone",): "UTC",
    ("calendars", "*"): {},
    ("support", "severities", "*"): {},
    ("availability", "target"): "100",
    ("performance", "*", "limit"): "0",
    ("performance", "*", "is"): "below",
    ("notices", "*", "lead"): "before",
    ("backups", "*", "keep"): "100w",
    ("promises", "*", "text"): "x",
    ("promises", "*", "kept"): "shown",
    **{("support", "severities", "*", clock, "within"): "1h" for clock in CLOCKS if clock != "update"},
    **{("support", "severities", "*", clock): {"within": "1h"} for clock in CLOCKS if clock != "update"},
    ("support", "severities", "*", "update", "every"): "1h",
    ("support", "severities", "*", "update"): {"every": "1h"},
}


def errors_beside(value: dict[str, Any], wrong: Iterable[Complaint]) -> list[Finding]:
    """The errors of soundness in terms of which some values cannot be read, as far as those have no part in them."""
    mending = _Mending(value)
    terms = mending.terms(list(wrong))
    if terms is None:
        return []
    found = [*shared_findings(terms), *findings(terms)]
    return mending.later + [finding for finding in found if not finding.warning and not mending.concerns(finding)]


class _Mending:
    """A copy of the terms in which stand-ins take the place of what cannot be read."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = deepcopy(value)
        self.replaced: list[Keys] = []
        self.touched: list[Keys] = []
        self.later: list[Finding] = []

    def terms(self, wrong: list[Complaint]) -> Terms | None:
        """The terms once they can be read; None where they cannot be mended."""
        for _ in range(_ROUNDS):
            for complaint in wrong:
                if complaint.keys in _REFERRED_TO:
                    return None
                self._mend(complaint)
            try:
                return Terms.model_validate(self.value)
            except ValidationError as error:
                wrong = list(complaints(error))
                self.later += [
                    Finding(new.keys, new.message, new.code) for new in wrong if not self._stands_in(new.keys)
                ]
        return None

    def concerns(self, finding: Finding) -> bool:
        """Whether the finding may come of a stand-in: it lies in, on or beside one."""
        keys = finding.keys
        if self._stands_in(keys):
            return True
        if finding.code in _ABOUT_NAMES:
            return False
        return any(_within(keys, touched) or _within(touched, keys) for touched in self.touched)

    def _stands_in(self, keys: Keys) -> bool:
        return any(_within(keys, replaced) for replaced in self.replaced)

    def _mend(self, complaint: Complaint) -> None:
        keys = complaint.keys
        if keys[0] == "credits" and len(keys) > 1:
            self._put(keys[:2], deepcopy(_CREDIT), keys[:2])
            return
        if keys[:2] == ("support", "escalate") and len(keys) > 2:
            self._put(keys[:3], deepcopy(_ESCALATION), keys[:3])
            return
        keys = keys[: next((n for n, key in enumerate(keys) if isinstance(key, int)), len(keys))]
        around = keys[:-1] if len(keys) > 2 and complaint.code != "unknown_key" else keys
        near = nearest_key(keys) if complaint.code == "unknown_key" else None
        parent = self._parent(keys)
        if near is not None and isinstance(parent, dict) and near not in parent and keys[-1] in parent:
            self._put((*keys[:-1], near), parent.pop(str(keys[-1])), (*keys[:-1], near))
            return
        self._put(keys, deepcopy(_STAND_INS.get(_pattern(keys))), around)

    def _put(self, keys: Keys, stand_in: Any, around: Keys) -> None:
        parent: Any = self._parent(keys)
        if isinstance(parent, dict) and stand_in is None:
            parent.pop(keys[-1], None)
        elif isinstance(parent, dict | list):
            parent[keys[-1]] = stand_in  # type: ignore[index] # lists have indexes, mappings keys
        self.replaced.append(keys)
        self.touched.append(around)

    def _parent(self, keys: Keys) -> Any:
        parent: Any = self.value
        for key in keys[:-1]:
            parent = parent.get(key) if isinstance(parent, dict) else None
        return parent


def _pattern(keys: Keys) -> tuple[str, ...]:
    names = [str(key) for key in keys]
    if names[0] in ("calendars", "performance", "notices", "backups", "promises") and len(names) > 1:
        names[1] = "*"
    if names[:2] == ["support", "severities"] and len(names) > 2:
        names[2] = "*"
    return tuple(names)


def _within(keys: Keys, outer: Keys) -> bool:
    return keys[: len(outer)] == outer

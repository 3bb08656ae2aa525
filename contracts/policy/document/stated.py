"""What every mapping of a policy may carry: the clause it comes from, how strong it is, and how it was read."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict


class WrongKeys(ValueError):  # noqa: N818
    """Keys of a mapping that are refused, each with its reason: pydantic can name the mapping only."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(reasons.values()))
        self.reasons = reasons


Strength = Literal["guarantee", "target", "best_effort"]
Entry = TypeVar("Entry")


class Stated(BaseModel):
    """A mapping of the document: `clause`, `strength` and `note` stand beside its own keys, and no unknown one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clause: str | None = None
    strength: Strength = "guarantee"
    note: str | None = None


class Named(Stated, Generic[Entry]):
    """A mapping whose keys are names that the provider chooses (severities, calendars), in the order of the text."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Any]

    @property
    def entries(self) -> dict[str, Entry]:
        """The named mappings, most important first where the order means something."""
        return self.__pydantic_extra__

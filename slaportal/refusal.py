"""The one way to say no: a code, a message that says what, where and what to do, the fields it is about, a status."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - to refuse is no error
    """An act or an input that is refused; pages, API and commands show it in the same words.

    `code` is a lower-case word that never changes, `message` is for a person, `fields` says what is wrong with which
    field (dotted path to sentence), `status` is the HTTP status an interface answers with, and `headers` what it adds.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        self.status = status
        self.headers: dict[str, str] = dict(headers or {})

    def __repr__(self) -> str:
        return f"Refusal({self.code!r}, {self.message!r})"

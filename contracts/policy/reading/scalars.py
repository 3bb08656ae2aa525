"""Single values of YAML 1.2 (core schema): what is true, nothing, a whole number, a float; all else is text."""

import re
from typing import Literal

Floats = Literal["refuse", "keep"]

# Neither YAML nor JSON nor the database wants these; tabs and line breaks are text.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]+", re.ASCII)
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)
_LONGEST_NUMBER = 40


class Float(str):
    """A number with a decimal point or an exponent, as the text that was written: it is never made a float."""

    __slots__ = ()


def resolved(text: str) -> str | int | bool | None:
    """The value of a plain scalar; ValueError for one that is no value: NaN, infinity, a number of endless length."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"{text} is no number that can be worked with, write a decimal in quotes")
    base = (
        10 if _DECIMAL.fullmatch(text) else 8 if _OCTAL.fullmatch(text) else 16 if _HEXADECIMAL.fullmatch(text) else 0
    )
    if base:
        return whole_number(text, base)
    return Float(text) if _FLOAT.fullmatch(text) else text


def whole_number(text: str, base: int = 10) -> int:
    """The whole number; ValueError for one of a length that nobody means."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"{text[:20]}... is a number of {len(text)} digits, at most {_LONGEST_NUMBER} are read")
    return int(text, base)


def float_refused(text: str) -> str:
    """Why a float is refused, and what to write instead."""
    if "e" in text or "E" in text:
        return f"{text} is a number with an exponent, write it out as a decimal in quotes"
    return f'{text} is a float, which is not exact: write "{text}"'

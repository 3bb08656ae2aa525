"""Whether names can be what they are for: keys in addresses, words in files, currency codes."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from contracts.policy.complaints import Keys
from contracts.policy.document import Terms
from contracts.policy.soundness.findings import Finding

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
_USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
_UNFIT = re.compile(r"[^a-z0-9_-]+", re.ASCII)

# ISO 4217 without funds, metals and codes for testing; at the end those withdrawn since 2015, for older agreements.
_CURRENCIES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ANG BGN HRK CUC ZWL SLL VEF MRO STD BYR
"""
_USUAL_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "INR", "CAD", "AUD")
CURRENCIES = frozenset(_CURRENCIES.split())


def name_findings(terms: Terms) -> Iterator[Finding]:
    """Names of severities, and the currency."""
    yield from _names(terms.support.severities.entries, ("support", "severities"), "severity")
    if terms.currency is not None and terms.currency not in CURRENCIES:
        wanted = terms.currency.upper()
        near = [wanted] if wanted in CURRENCIES else get_close_matches(wanted, _USUAL_CURRENCIES, n=1, cutoff=0.6)
        hint = f', did you mean "{near[0]}"?' if near else ", write a code such as EUR or USD"
        yield Finding(("currency",), f'"{terms.currency}" is not a currency of ISO 4217{hint}', "currency")


def provider_findings(terms: Terms) -> Iterator[Finding]:
    """Names of the provider and the calendars."""
    if _WORD.fullmatch(terms.provider.key) is None:
        message = f'"{terms.provider.key}" cannot be a key, write a lower-case word{_as_word(terms.provider.key)}'
        yield Finding(("provider", "key"), message, "name")
    yield from _names(terms.calendars.entries, ("calendars",), "calendar")
    if "always" in terms.calendars.entries:
        message = '"always" is built in and open around the clock, give this calendar another name'
        yield Finding(("calendars", "always"), message, "name")


def plan_name_findings(plans: Iterable[str]) -> Iterator[Finding]:
    """The keys of the plans."""
    return _names(plans, ("plans",), "plan")


def _names(names: Iterable[str], keys: Keys, what: str) -> Iterator[Finding]:
    for name in names:
        if _USABLE.fullmatch(name) is None:
            message = f'"{name}" cannot be the key of a {what}, write a lower-case word{_as_word(name)}'
            yield Finding((*keys, name), message, "name")
        elif _WORD.fullmatch(name) is None:
            message = f'"{name}" is an unusual key of a {what}, a lower-case word is expected{_as_word(name)}'
            yield Finding((*keys, name), message, "name", warning=True)


def _as_word(name: str) -> str:
    word = _UNFIT.sub("_", name.lower()).strip("_-")
    return f' as "{word}"' if _WORD.fullmatch(word) else ""

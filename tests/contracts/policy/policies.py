"""Short policy documents for tests, and what is said about them."""

from textwrap import dedent

from contracts.policy.documents import document_problems

# Five lines: what a test adds begins on line 6.
HEAD = """\
format: slaportal/1
provider: {key: acme, name: Acme}
title: An agreement
timezone: UTC
plans: {standard: {name: Standard}}
"""


def document(body: str) -> str:
    """A document with one plan and those sections, which begin on line 6."""
    return HEAD + dedent(body)


def said(body: str) -> list[str]:
    """Every problem of such a document, as it is shown."""
    return [str(problem) for problem in document_problems(document(body))]

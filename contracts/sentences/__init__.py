"""A policy in plain sentences, for people: one plan's promises by section, each with strength, clause and reading."""

from contracts.policy.agreement import Agreement
from contracts.sentences.credits import credits_said
from contracts.sentences.delivery import availability_said, performance_said
from contracts.sentences.said import Group, Said, Section
from contracts.sentences.support import hours_said, severities_said, support_said
from contracts.sentences.without_clock import backups_said, notices_said, others_said

__all__ = ["Group", "Said", "Section", "backups_said", "sections_of"]


def sections_of(agreement: Agreement) -> list[Section]:
    """All that the plan promises; a section of which the policy has nothing is left out."""
    terms = agreement.terms
    sections = [
        severities_said(terms),
        support_said(terms),
        hours_said(terms),
        availability_said(terms),
        performance_said(terms),
        credits_said(terms),
        notices_said(terms),
        backups_said(terms),
        others_said(terms),
    ]
    return [section for section in sections if section.groups]

"""What two documents promise differently, sentence by sentence, plan by plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _

from contracts.policy.documents import Document, agreement_of
from contracts.sentences import Said, Section, sections_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence under the heading where it stands; `before` is None for an added one, `after` for a removed one."""

    section: str
    group: str
    before: Said | None
    after: Said | None


@dataclass(frozen=True, slots=True)
class PlanDifferences:
    """What is different in the plans of these names, in the same way in each; `whole`: "added", "removed" or ""."""

    plans: tuple[str, ...]
    whole: str
    sentences: tuple[Difference, ...]


def differences_of(before: Document, after: Document) -> list[PlanDifferences]:
    """Plans that differ, those with the very same differences together; a plan is the same one by its key."""
    found: dict[tuple[Difference, ...], list[str]] = {}
    whole: list[PlanDifferences] = []
    for plan, terms in after.plans.items():
        if plan not in before.plans:
            whole.append(PlanDifferences((terms.name,), "added", ()))
        elif sentences := tuple(_of_plan(before, after, plan)):
            found.setdefault(sentences, []).append(terms.name)
    whole += [
        PlanDifferences((terms.name,), "removed", ()) for plan, terms in before.plans.items() if plan not in after.plans
    ]
    return whole + [PlanDifferences(tuple(names), "", sentences) for sentences, names in found.items()]


def _of_plan(before: Document, after: Document, plan: str) -> Iterator[Difference]:
    old, new = agreement_of(before, plan), agreement_of(after, plan)
    for label, was, now in (
        (_("Title"), old.terms.title, new.terms.title),
        (_("Plan"), old.plan_name, new.plan_name),
        (_("Time zone"), old.zone.key.replace("_", " "), new.zone.key.replace("_", " ")),
    ):
        if was != now:
            yield Difference(label, "", Said(was), Said(now))
    yield from of_sections(sections_of(old), sections_of(new))


def of_sections(before: list[Section], after: list[Section]) -> Iterator[Difference]:
    """What is said differently under each heading, in the order of the later one."""
    olds, news = _by_heading(before), _by_heading(after)
    for heading in [*news, *(heading for heading in olds if heading not in news)]:
        section, group = heading
        for was_said, now_said in _paired(olds.get(heading, []), news.get(heading, [])):
            yield Difference(section, group, was_said, now_said)


def _by_heading(sections: list[Section]) -> dict[tuple[str, str], list[Said]]:
    """The sentences under each section and group; what a heading means (a severity's definition) is one of them."""
    found: dict[tuple[str, str], list[Said]] = {}
    for section in sections:
        for group in section.groups:
            sentences = found.setdefault((section.title, group.title), [])
            sentences += [Said(group.about)] if group.about else []
            sentences += group.sentences
    return found


def _paired(olds: list[Said], news: list[Said]) -> Iterator[tuple[Said | None, Said | None]]:
    """What stands in only one of them; a sentence is set beside the one that it reads most like, if any does."""
    gone, come = _without(olds, news), _without(news, olds)
    for now in come:
        like = get_close_matches(now.text, [was.text for was in gone], n=1, cutoff=0.6)
        was = next((was for was in gone if was.text == like[0]), None) if like else None
        if was is not None:
            gone.remove(was)
        yield was, now
    for was in gone:
        yield was, None


def _without(sentences: list[Said], others: list[Said]) -> list[Said]:
    """The sentences but those that stand among the others, each as often as it does there."""
    left = list(others)
    found = []
    for one in sentences:
        if one in left:
            left.remove(one)
        else:
            found.append(one)
    return found

"""What came out of scenarios, as text that a person likes to read."""

from collections.abc import Sequence

from slaportal.site.simulate.scenario import Scenario
from slaportal.site.simulate.telling.credits import credit_lines
from slaportal.site.simulate.telling.months import month_lines
from slaportal.site.simulate.telling.tickets import ticket_lines
from slaportal.site.simulate.telling.words import at
from slaportal.site.simulate.working_out import Outcome


def tell(outcome: Outcome, failures: Sequence[str]) -> str:
    """One scenario: what it is about, what came out and why, and which expectations do not hold."""
    agreement = outcome.agreement
    head = f"{outcome.scenario.name}"
    rests_on = f"  {agreement.terms.provider.name}, {agreement.terms.title}, {agreement.plan_name}"
    lines = [head, f"{rests_on}; as of {at(outcome.scenario.now, agreement.zone)}"]
    lines += ticket_lines(outcome)
    lines += month_lines(outcome)
    lines += credit_lines(outcome)
    if failures:
        lines += [f"  DOES NOT HOLD  {failure}" for failure in failures]
    elif outcome.scenario.expect.model_fields_set:
        lines.append("  Holds as expected.")
    return "\n".join(lines) + "\n\n"


def tell_sum(judged: Sequence[tuple[Scenario, Sequence[str]]]) -> str:
    """The last line: how many scenarios hold."""
    failed = [scenario.name for scenario, failures in judged if failures]
    said = f"{len(judged)} {'scenario' if len(judged) == 1 else 'scenarios'}, "
    return f"{said}all hold." if not failed else f"{said}{len(failed)} {'does' if len(failed) == 1 else 'do'} not hold."

"""What the demo made, so that it can be taken away and nothing else with it."""

from collections.abc import Iterable

from slaportal.site.models import DemoRow


def register(kind: str, targets: Iterable[int]) -> None:
    """Notes that these are the demo's own. Outside any scope, in the transaction that made them."""
    DemoRow.objects.bulk_create([DemoRow(kind=kind, target_id=pk) for pk in targets], ignore_conflicts=True)


def is_registered(kind: str, target: int) -> bool:
    """Whether the demo made it."""
    return DemoRow.objects.filter(kind=kind, target_id=target).exists()

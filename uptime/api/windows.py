"""What becomes of a maintenance window over the API: announced, moved with a look at the verdict first, cancelled."""

from slaportal.api.operations import Answer, ApiView, Call, operation
from uptime.access import get_window_for
from uptime.actions.checks import in_order, planned_ahead
from uptime.actions.windows import announce_window, cancel_window, move_window
from uptime.api.naming import AREA, LEADS, matched
from uptime.api.saying import window_said, window_verdicts_said
from uptime.api.shapes import (
    AnnounceShape,
    MoveShape,
    VerdictShape,
    WhyShape,
    WindowActedShape,
    WindowSpanShape,
)
from uptime.standing import people_told


def _acted(call: Call, pk: int, told: int) -> Answer:
    now = get_window_for(call.actor, pk)
    return Answer({"told": told, "window": window_said(now, now=call.at)}, tag=now.revision)


class Announce(ApiView):
    """Announcements."""

    area = AREA

    @operation(
        "window_announce",
        takes=AnnounceShape,
        gives=WindowActedShape,
        roles=LEADS,
        status=201,
        matches=True,
        examples={"In few words": {"text": "We put new disks in. Mail may be slow."}},
        refuses="`window_cancelled`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Tells whom it concerns of the window as it stands, by mail; of one revision nobody is told twice.

        `told` are those who are mailed by this announcement: who was mailed of this time before is not counted again.
        """
        found = matched(call, get_window_for(call.actor, pk))
        made = announce_window(found, text=call.body["text"], actor=call.actor, at=call.at)
        return _acted(call, pk, made.mailed)


class Move(ApiView):
    """Other times."""

    area = AREA

    @operation("window_move_preview", gives=VerdictShape, query=WindowSpanShape, roles=LEADS, many=True)
    def get(self, call: Call, pk: int) -> Answer:
        """Shows what the window would count as at another time; an announcement counts on only if it covers that."""
        found, query = get_window_for(call.actor, pk), call.query
        in_order(query["starts_at"], query["ends_at"])
        was = (found.starts_at, found.ends_at)
        planned_ahead(found.kind, query["starts_at"], query["ends_at"], call.at, was=was)
        found.starts_at, found.ends_at = query["starts_at"], query["ends_at"]
        return Answer(window_verdicts_said(found, now=call.at))

    @operation(
        "window_move",
        takes=MoveShape,
        gives=WindowActedShape,
        roles=LEADS,
        matches=True,
        examples={
            "A week later": {
                "starts_at": "2026-12-12T22:00:00Z",
                "ends_at": "2026-12-13T02:00:00Z",
                "reason": "The disks come later.",
            }
        },
        refuses="`window_cancelled`, `ends_before_start`, `begins_before_now`, `far_off`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Moves it; whoever was told of it is mailed the new time. That is no announcement: announce it anew."""
        found, body = matched(call, get_window_for(call.actor, pk)), call.body
        moved = move_window(
            found,
            starts_at=body["starts_at"],
            ends_at=body["ends_at"],
            reason=body["reason"],
            actor=call.actor,
            at=call.at,
        )
        told = 0 if moved.revision == found.revision else people_told(moved, "window_moved")
        return _acted(call, pk, told)


class Cancel(ApiView):
    """Cancelling."""

    area = AREA

    @operation(
        "window_cancel",
        takes=WhyShape,
        gives=WindowActedShape,
        roles=LEADS,
        matches=True,
        examples={"Not now": {"reason": "The disks did not come."}},
        refuses="`window_cancelled`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Cancels it: it excludes nothing, and whoever was told of it is told so."""
        found = matched(call, get_window_for(call.actor, pk))
        cancel_window(found, reason=call.body["reason"], actor=call.actor, at=call.at)
        return _acted(call, pk, people_told(found, "window_cancelled"))

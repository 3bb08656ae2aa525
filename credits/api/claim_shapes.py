"""What calls about credits and claims take and give (docs/api.md)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from credits.actions.claims import LONGEST_NOTE
from credits.actions.decisions import LONGEST_REASON
from credits.api.shapes import CREDITS_FOR, MonthRefShape, Number, OwedShape
from credits.models import Assessment, Claim
from slaportal.api.shapes import Exact, Flag, Id, Instant, Listed, Ref, Shape, Text

STEPS = (
    *("claimed", "quantity", "free", "beyond", "steps", "tier", "denominator", "discretionary"),
    *("base", "share", "uncapped", "cap", "minimum", "amount"),
)
UNITS = ("percent", "seconds", "count", "place", "share", "money", "none")


class CreditShape(OwedShape):
    """What a credit rule of the policy owes for a month, and where that stands."""

    month = MonthRefShape()
    tenant = Ref()
    subscription = Ref()
    position = Id(min_value=0, help_text=_("Which of the policy's credits, counted from 0."))
    missed = serializers.BooleanField()


class StepShape(Shape):
    """A step from the quantity to the amount: exact in its unit; money in the credit's currency."""

    step = serializers.ChoiceField(STEPS)
    label = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()
    figure = serializers.CharField(help_text=_("As the page writes it."))
    value = Number(allow_null=True)
    unit = serializers.ChoiceField(UNITS)


class ClaimTermsShape(Shape):
    """Who asks for the credit, until when, counted from what; what it asks of the account, how it is settled."""

    by = serializers.ChoiceField(("customer", "automatic"))
    within = serializers.CharField(allow_null=True, help_text=_("As the policy writes it: `30d`."))
    counted_from = serializers.ChoiceField(("period_end", "failure"))
    requires = serializers.ListField(child=serializers.ChoiceField(("current_account",)))
    settle = serializers.ChoiceField(("next_invoice", "refund_if_not_renewed"))


class FailureShape(Shape):
    """A failure with a claim window of its own, and whether a claim covers it."""

    start_at = Instant()
    end_at = Instant(allow_null=True)
    claim_by = Instant(allow_null=True)
    covered = serializers.BooleanField()


class BreachCountShape(Shape):
    """How many breaches of the credit's clock the month has, and how many of them were excused."""

    all = Id(min_value=0)
    excused = Id(min_value=0)


class CreditDetailShape(CreditShape):
    """A credit with its explanation. `up_to_date` false: something came since it was worked out."""

    said = serializers.CharField(help_text=_("Where it stands and what comes next, in words."))
    reason = serializers.CharField(allow_null=True, help_text=_("Why it is not eligible."))
    steps = StepShape(many=True, help_text=_("None where the promise was kept."))
    terms = ClaimTermsShape(allow_null=True)
    failures = FailureShape(many=True)
    breaches = BreachCountShape(allow_null=True)
    clause = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    up_to_date = serializers.BooleanField()


class ClaimShape(Shape):
    """A claim for the credits of a month. Who decided is the provider's own business: null to customers."""

    id = Id()
    month = MonthRefShape()
    tenant = Ref()
    subscription = Ref()
    at = Instant()
    made_by = serializers.CharField()
    note = serializers.CharField()
    state = serializers.ChoiceField(Claim.State.values)
    in_time = serializers.BooleanField()
    amount = Exact(
        max_digits=20, decimal_places=4, allow_null=True, help_text=_("Null where the provider has yet to decide it.")
    )
    currency = serializers.CharField()
    decided_at = Instant(allow_null=True)
    decided_by = Ref(allow_null=True)
    reason = serializers.CharField(help_text=_("What the customer is told with the decision."))


class ClaimDetailShape(ClaimShape):
    """A claim with what speaks for and against it. Its `state` is the ETag.

    `hindrance` says why it cannot be approved now: null where it can, and to customers.
    """

    claim_by = Instant(allow_null=True)
    discretionary = serializers.BooleanField(help_text=_("The policy leaves the amount to the provider."))
    needs_standing = serializers.BooleanField(help_text=_("The policy asks for an account in good standing."))
    failures = FailureShape(many=True)
    credits = OwedShape(many=True)
    hindrance = serializers.CharField(allow_null=True)


class ClaimWindowShape(Shape):
    """What a claim made now would be for. Where it is not `open` it would be refused, or for nothing.

    `ahead`: before the promise is missed; `unknown`: for a failure that is not recorded yet. Open, not `ahead` and
    without `credits`: for failures of a missed promise that no claim covers.
    """

    open = serializers.BooleanField()
    yours = serializers.BooleanField(help_text=_("Whether your role may claim."))
    until = Instant(allow_null=True)
    amount = Exact(max_digits=20, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    ahead = serializers.BooleanField()
    unknown = serializers.BooleanField()
    credits = OwedShape(many=True)


# What is asked and sent -----------------------------------------------------------------------------------------------


class CreditQueryShape(Listed):
    """Which credits: of a corrected month those of the newest revision alone, the newest first."""

    subscription = Id(required=False)
    tenant = Id(required=False)
    month = Text(required=False, max_length=7, help_text=_("`2026-10`, `2026-Q4` or `2026`."))
    status = serializers.ChoiceField(Assessment.Status.values, required=False)
    credit_for = serializers.ChoiceField(CREDITS_FOR, required=False)
    missed = Flag(required=False)
    claim_by_before = Instant(required=False, help_text=_("Whose claim window closes before then."))


class ClaimQueryShape(Listed):
    """Which claims, the newest first."""

    subscription = Id(required=False)
    tenant = Id(required=False)
    month = Text(required=False, max_length=7, help_text=_("`2026-10`, `2026-Q4` or `2026`."))
    state = serializers.ChoiceField(Claim.State.values, required=False)
    open = Flag(required=False, help_text=_("Whether it waits for a decision."))


class FileShape(Shape):
    """What the figures do not show; they are in the claim already."""

    note = Text(required=False, max_length=LONGEST_NOTE, allow_blank=True, trim_whitespace=False)


class NoWordsShape(Shape):
    """Nothing needs to be said with it."""


class ApproveShape(Shape):
    """A word for the customer; the amount only where the policy leaves it to the provider."""

    amount = Exact(required=False, max_digits=20, decimal_places=4)
    note = Text(required=False, max_length=LONGEST_REASON, allow_blank=True)


class RejectShape(Shape):
    """Why: the customer reads it."""

    reason = Text(max_length=LONGEST_REASON)

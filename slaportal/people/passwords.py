"""What a password must be, besides Django's own rules."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 200


class LongestPassword:
    """A bound far above every pass phrase, so that nobody makes the server hash a novel."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuses more than 200 characters."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password may have at most %(longest)s characters.") % {"longest": LONGEST}

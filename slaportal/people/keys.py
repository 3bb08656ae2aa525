"""Forms that take what a security key said: of allauth's own, one without a field would be an error of the server."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms

# What the parsers of allauth and fido2 raise, besides what they turn into words themselves.
NONSENSE = (AttributeError, KeyError, TypeError, ValueError)


class _Refusing:
    """Whatever is no answer of a key is a wrong one."""

    def clean_credential(self) -> Any:
        """The form's own check."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginForm(_Refusing, allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in by a passkey alone."""


class AuthenticateForm(_Refusing, allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The key as the second factor."""


class ReauthenticateForm(_Refusing, allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The key to confirm that it is still the same person."""


class AddForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new key."""

    def clean(self) -> Any:
        """The form's own check."""
        try:
            return super().clean()
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error

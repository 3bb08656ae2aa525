"""What is asked on the pages about people."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from slaportal.api.areas import scopes_to_choose
from slaportal.pages.fields import ShortNameField, follows
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Membership, Role, Tenant, User


def roles(side: tuple[Role, ...]) -> list[tuple[str, Any]]:
    """Choices of the roles of staff or of customers."""
    return [(role.value, role.label) for role in side]


class InvitationForm(forms.Form):
    """Whom, as what, and for an administrator, where."""

    email = forms.EmailField(label=_("E-mail address"))
    tenant = forms.ModelChoiceField(
        Tenant.objects.none(), label=_("Belongs to"), required=False, empty_label=_("Our own staff")
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, actor: Membership, tenants: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        if actor.is_staff:
            tenant = self.fields["tenant"]
            assert isinstance(tenant, forms.ModelChoiceField)
            tenant.queryset = tenants
            role.choices = [(_("Our own staff"), roles(STAFF_ROLES)), (_("A customer's people"), roles(CUSTOMER_ROLES))]
            follows(self, "role", "tenant", ["", "*"])
        else:
            del self.fields["tenant"]
            role.choices = roles(CUSTOMER_ROLES)


class RoleForm(forms.Form):
    """Another role of the same side."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = roles(CUSTOMER_ROLES if member.tenant_id else STAFF_ROLES)
        self.initial.setdefault("role", member.role)


def password_help() -> str:
    """The rules in words."""
    return " ".join(password_validators_help_texts())


class JoinForm(forms.Form):
    """A new account for an invited address."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(password_help, str)(),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """The password against the rules, the name and the address included."""
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class TokenForm(forms.Form):
    """A name to know it by, and what it may."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, for example: reporting."))
    read_only = forms.BooleanField(label=_("May only read"), required=False)
    scopes = forms.MultipleChoiceField(
        label=_("Only for"),
        required=False,
        choices=scopes_to_choose,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: for all that you may."),
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At the end of this day in your time zone; empty: never."),
    )


class ProviderForm(forms.Form):
    """What an administrator may change of the provider."""

    name = forms.CharField(label=_("Name"), max_length=120)
    mfa_required = forms.BooleanField(
        label=_("Require a second factor"),
        required=False,
        help_text=_("Everybody who signs in to this provider, staff and customers, needs one."),
    )


class ColourForm(forms.Form):
    """The colour of links and buttons; whether it can be read is the action's to say."""

    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("As #rrggbb, for example #1d5fd0; dark enough to be read on white. Empty: the portal's blue."),
    )


class LogoForm(forms.Form):
    """A picture; what it really is is the action's to say."""

    logo = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        allow_empty_file=True,
        help_text=_("PNG, JPEG or WebP, at most 200 kB and 1024 × 1024 pixels. It is kept 256 pixels wide at most."),
    )


class TenantForm(forms.Form):
    """A customer's name."""

    name = forms.CharField(label=_("Name"), max_length=120)


class FoundingForm(forms.Form):
    """A new provider and its first administrator."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = ShortNameField(
        label=_("Short name"), help_text=_("Letters, digits, hyphens, underscores; it stays for ever.")
    )
    admin_email = forms.EmailField(
        label=_("First administrator"), help_text=_("Gets an invitation by e-mail, good for seven days.")
    )

    def clean_slug(self) -> str:
        """In lower case, as it stands in addresses."""
        slug: str = self.cleaned_data["slug"]
        return slug.lower()


def zone_choices() -> list[tuple[str, str]]:
    """The zones people live in, by name."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if _lived_in(name)]


def _lived_in(name: str) -> bool:
    return name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")))


class ProfileForm(forms.Form):
    """The person's own name and time zone."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Times are shown in this zone, with the zone beside them."),
    )

"""Why an attempt failed, in words; the codes stand in `Attempt.error` and `EventDelivery.last_error`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ERRORS: dict[str, str | Promise] = {
    "broken": _("The connection broke off, or what came back was no HTTP."),
    "gone": _("It answered 410 Gone."),
    "no_connection": _("Nobody answers at this address."),
    "no_secret": _("Its signing secret cannot be read: the installation's key was changed. Give it a new secret."),
    "no_such_name": _("The name of the host is not known."),
    "no_tls": _("No encrypted connection: the certificate is not valid for this name, or not trusted."),
    "redirect": _("It answered with a redirect, and redirects are not followed: enter the address itself."),
    "refused_address": _("The address lies in a private or reserved network; only public addresses are posted to."),
    "status": _("It answered with another status than 2xx."),
    "switched_off": _("The webhook was switched off before this was sent."),
    "timeout": _("It took longer than 30 seconds."),
    "url_not_https": _("The address begins with https:// and names a host."),
    "url_odd": _(
        "An address is https://, a host, and what follows it: at most 500 letters, without spaces, a user name or #."
    ),
    "worker_stopped": _("The worker stopped at each attempt."),
}


def error_in_words(code: str) -> str:
    """The sentence; of a code that is not known any more, the code."""
    return str(ERRORS.get(code, code))

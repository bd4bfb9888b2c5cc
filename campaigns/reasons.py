"""Why a message was skipped or failed, in words for staff; the ledger keeps the short form."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "left": _("left this topic before the message went out"),
    "suppressed": _("the address must not be mailed"),
    "address": _("the address was changed or no longer works"),
    "erased": _("the person is no longer in the book"),
    "merged": _("it was the same person, who gets the message once"),
    "cancelled": _("the newsletter was cancelled first"),
    "corrected": _("the newsletter had a mistake in it and was stopped before it went out to them"),
    "worker_stopped": _("sending was interrupted while this message was with the mail server"),
    "transport_broke": _("sending broke off while this message was with the mail server"),
    "breaks_sending": _("sending broke off at this message, although it went on with others"),
    "never_answered": _("the mail server never said whether it took the message"),
    "unwritable": _("the message for this person could not be written"),
    "provider_invalid": _("the mail provider says that this is no address"),
    "provider_rejected": _("the mail provider does not write to this address, because mail to it came back before"),
    "provider_failed": _("the mail provider did not take this message"),
    "provider_unclear": _("the mail provider did not say whether it took this message"),
    "provider_silent": _("the mail provider never said whether it took the message"),
    "given_up": _("nobody knows whether it arrived, and a person decided not to send it again"),
    "marked_sent": _("a person decided that it arrived"),
}

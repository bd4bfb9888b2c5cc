"""The sheet an organizer fills in at the table: the core, the guests, what was said, who will do what."""

from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Stakeholder
from contacts.models.stakeholders import five_digits
from crm.said import whole
from engagement.actions.gatherings import HOST, Conversation, Guest, NewHost, Promise
from engagement.conversations.people import people_known_to
from engagement.models import Edition, Gathering, Prompt, Strategy

ZIP = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 5}
SPARE_GUESTS, SPARE_PROMISES, MOST_ROWS = 3, 1, 200


class CoreForm(forms.Form):
    """When, where, in which language, and whose table it was."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    edition = forms.ModelChoiceField(Edition.objects.all(), label=_("Edition"), empty_label=None)
    held_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    zip = forms.CharField(
        label=_("Zip code"), max_length=5, validators=[five_digits], widget=forms.TextInput(attrs=ZIP)
    )
    place = forms.CharField(
        label=_("Place"), max_length=160, required=False, help_text=_("Such as: library, church hall, at home.")
    )
    language = forms.ChoiceField(label=_("Language at the table"), choices=settings.LANGUAGES, initial="en")
    attendance = forms.IntegerField(
        label=_("How many sat at the table"),
        required=False,
        min_value=1,
        max_value=500,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("Count everyone, named below or not."),
    )
    host = forms.ModelChoiceField(Stakeholder.objects.none(), required=False, widget=forms.HiddenInput)
    host_name = forms.CharField(
        label=_("Host"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    host_email = forms.EmailField(
        label=_("E-mail of the new host"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Only for somebody who is not in the list yet."),
    )

    def __init__(self, *args, user, gathering: Gathering | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        known = people_known_to(user)
        current = Stakeholder.objects.filter(pk=gathering.host_id) if gathering else known.none()
        self.fields["host"].queryset = known | current  # type: ignore[attr-defined]

    def clean_held_on(self):
        """A conversation is logged when it has taken place."""
        day = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self):
        """Somebody hosted: picked from the list, or named."""
        cleaned = super().clean() or {}
        if not cleaned.get("host") and not cleaned.get("host_name", "").strip():
            self.add_error("host_name", _("Say who hosted the table."))
        return cleaned

    def whose_table(self) -> Stakeholder | NewHost:
        """The host as the verb wants it."""
        data = self.cleaned_data
        return data["host"] or NewHost(name=data["host_name"], email=data["host_email"])


class GuestForm(forms.Form):
    """One guest: an e-mail, or a first name and a zip; an empty row is nobody."""

    participant_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    first_name = forms.CharField(
        label=_("First name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    zip = forms.CharField(
        label=_("Zip code"),
        max_length=5,
        required=False,
        validators=[five_digits],
        widget=forms.TextInput(attrs=ZIP),
    )
    email = forms.EmailField(
        label=_("E-mail, if they gave it"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def guest(self) -> Guest | None:
        """The guest as the verb wants it; None for an empty row."""
        data = self.cleaned_data
        if not any(data.get(name) for name in ("first_name", "zip", "email")):
            return None
        return Guest(**{name: data[name] for name in ("first_name", "zip", "email", "participant_id")})


class PromiseForm(forms.Form):
    """One commitment: what, for which strategy, and who; an empty row is none."""

    commitment_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What will be done"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    strategy = forms.ModelChoiceField(
        Strategy.objects.all(), label=_("Strategy it serves"), required=False, empty_label=_("None chosen")
    )
    who = forms.CharField(required=False, label=_("Who"), widget=forms.Select)

    def __init__(self, *args, guests: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        options: list[tuple[str, object]] = [("", _("The whole table")), (HOST, _("The host"))]
        options += [(str(row), name or _("Guest %(row)s") % {"row": row + 1}) for row, name in enumerate(guests)]
        self.fields["who"].widget.choices = options

    def promise(self, places: dict[int, int]) -> Promise | None:
        """The commitment as the verb wants it; `places` maps rows of the sheet to guests that count."""
        data = self.cleaned_data
        if not data.get("text"):
            return None
        who = data["who"]
        return Promise(
            text=data["text"],
            strategy=data["strategy"],
            who=HOST if who == HOST else places.get(number) if (number := whole(who)) is not None else None,
            commitment_id=data["commitment_id"],
        )


GuestRows = forms.formset_factory(GuestForm, extra=0, max_num=MOST_ROWS, can_delete=True)
PromiseRows = forms.formset_factory(PromiseForm, extra=0, max_num=MOST_ROWS, can_delete=True)


class NotesForm(forms.Form):
    """What was said under each prompt of every edition; the chosen edition's are kept."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.prompts = list(Prompt.objects.select_related("edition").order_by("-edition__year", "order", "pk"))
        for prompt in self.prompts:
            self.fields[note_name(prompt.pk)] = forms.CharField(
                label=prompt.text, required=False, widget=forms.Textarea(attrs={"rows": 4})
            )

    def rows(self):
        """Each prompt with its field."""
        return [(prompt, self[note_name(prompt.pk)]) for prompt in self.prompts]

    def said(self) -> dict[int, str]:
        """What was said, by the number of the prompt."""
        return {prompt.pk: self.cleaned_data[note_name(prompt.pk)] for prompt in self.prompts}


def note_name(prompt_id: int) -> str:
    """The name of the field for a prompt."""
    return f"note_{prompt_id}"


class Sheet:
    """The whole sheet: four forms that are shown, checked and saved as one."""

    def __init__(self, *, user, data=None, gathering: Gathering | None = None) -> None:
        start = first_values(gathering)
        self.core = CoreForm(data, initial=start["core"], user=user, gathering=gathering)
        self.guests = GuestRows(data, initial=start["guests"], prefix="guests")
        self.notes = NotesForm(data, initial=start["notes"])
        names = [form["first_name"].value() for form in self.guests.forms]
        self.promises = PromiseRows(data, initial=start["promises"], prefix="promises", form_kwargs={"guests": names})

    def is_valid(self) -> bool:
        """Whether everything that was filled in can be kept; every part is checked, so that all is said at once."""
        return all([part.is_valid() for part in (self.core, self.guests, self.notes, self.promises)])  # noqa: C419

    @property
    def submission_key(self) -> UUID | None:
        """The name of this filled-in sheet: sent twice, it makes one record."""
        return self.core.cleaned_data["submission_key"]

    def conversation(self) -> Conversation:
        """What the verb is asked to keep."""
        core = self.core.cleaned_data
        guests, places = self._guests()
        promises = [form.promise(places) for form in kept(self.promises)]
        fields = ("edition", "held_on", "zip", "place", "language", "attendance")
        return Conversation(
            **{name: core[name] for name in fields},
            host=self.core.whose_table(),
            guests=guests,
            notes=self.notes.said(),
            promises=[promise for promise in promises if promise],
        )

    def _guests(self) -> tuple[list[Guest], dict[int, int]]:
        guests: list[Guest] = []
        places: dict[int, int] = {}
        for row, form in enumerate(self.guests.forms):
            guest = None if form.cleaned_data.get("DELETE") else form.guest()
            if guest:
                places[row] = len(guests)
                guests.append(guest)
        return guests, places


def kept(rows) -> list:
    """The rows that were not taken off the sheet."""
    return [form for form in rows.forms if not form.cleaned_data.get("DELETE")]


def first_values(gathering: Gathering | None) -> dict:
    """What the sheet shows before anybody typed: an empty table, or what was kept of `gathering`."""
    if gathering is None:
        edition = Edition.objects.order_by("-year").first()
        today = timezone.localdate()
        day = min(today, edition.ends_on) if edition else today
        return {
            "core": {"edition": edition, "held_on": day},
            "guests": [{}] * SPARE_GUESTS,
            "notes": {},
            "promises": [{}] * SPARE_PROMISES,
        }
    guests = list(gathering.participants.guests().select_related("stakeholder"))
    return {
        "core": _core_values(gathering),
        "guests": [_guest_values(guest) for guest in guests] + [{}],
        "notes": {note_name(note.prompt_id): note.text for note in gathering.notes.all()},
        "promises": [_promise_values(promise, guests, gathering) for promise in gathering.commitments.all()] + [{}],
    }


def _core_values(gathering: Gathering) -> dict[str, object]:
    fields = ("held_on", "zip", "place", "language", "attendance", "submission_key")
    return {name: getattr(gathering, name) for name in fields} | {
        "edition": gathering.edition_id,
        "host": gathering.host_id,
        "host_name": gathering.host.name,
    }


def _guest_values(guest) -> dict[str, object]:
    name = guest.first_name or (str(guest.stakeholder.first_name or guest.stakeholder) if guest.stakeholder else "")
    return {"participant_id": guest.pk, "first_name": name, "zip": guest.zip}


def _promise_values(promise, guests: list, gathering: Gathering) -> dict[str, object]:
    rows = {guest.pk: str(row) for row, guest in enumerate(guests)}
    is_host = promise.participant and promise.participant.stakeholder_id == gathering.host_id
    who = HOST if is_host else rows.get(promise.participant_id, "")
    return {"commitment_id": promise.pk, "text": promise.text, "strategy": promise.strategy_id, "who": who}

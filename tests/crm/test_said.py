"""What browsers and programs say, whatever it is."""

import json

import pytest
from django.core.exceptions import ValidationError

from crm.forms import JsonField
from crm.said import tree, whole

DEEP = "[" * 5000
HALF = r'{"a": ["\ud800"]}'
NUL = r'{"\u0000": 1}'


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read(text, number):
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "²", "\u0661", "-1", "1.0", "1 ", "x", "\0", "9" * 19, "9" * 5000, None])
def test_what_names_no_row_is_no_number(text):
    assert whole(text) is None


@pytest.mark.parametrize("text", ["", "{", DEEP, "[" * 60 + "]" * 60, '{"a":' * 60 + "1" + "}" * 60, HALF, NUL])
def test_what_cannot_be_looked_at_is_one_kind_of_error(text):
    with pytest.raises(ValueError, match=r"Expecting|deep|sign"):
        tree(text)


def test_json_is_read_as_it_is():
    said = {"all": [{"not": {"any": ["ñ", 1, None, True, "😀"]}}]}
    assert tree(json.dumps(said)) == said
    assert tree(HALF, any_sign=True) == {"a": ["\ud800"]}


@pytest.mark.parametrize("text", [DEEP, HALF, NUL, "{"])
def test_a_form_says_so_and_shows_what_was_typed(text):
    field = JsonField()
    with pytest.raises(ValidationError):
        field.clean(text)
    assert field.prepare_value(field.bound_data(text, None)) == text
    assert field.has_changed(None, text)

"""Fields of our own, made and changed by staff."""

from django.urls import reverse

from contacts.models import CustomField


def test_staff_make_a_field_with_choices(staff, client_of):
    form = {"name_en": "Shirt size", "name_es": "", "slug": "shirt-size", "kind": "choice", "order": "10"}
    client = client_of(staff)
    client.post(reverse("admin:contacts_customfield_add"), {**form, "its_choices": "Small\nLarge\n\nSmall"})
    field = CustomField.objects.get()
    assert (field.slug, field.choices) == ("shirt-size", ["Small", "Large"])
    page = client.get(reverse("admin:contacts_customfield_change", args=[field.pk])).content.decode()
    assert "Small\nLarge" in page

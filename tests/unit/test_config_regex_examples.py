"""Examples of regular expressions, and what is a secret."""

import re

import pytest

from dockerd_lab.config.regex_examples import example, has_secret, literal, python_regex


@pytest.mark.parametrize(
    ("regex", "text"),
    [
        (r"^/api/endpoints/\d+/docker/(.*)$", "/api/endpoints/1/docker/"),
        (r"^/(?<version>v[0-9.]+/)?containers/([^/]+)/json$", "/containers/a/json"),
        (r"^Bearer eyJ[\w-]+\.eyJ[\w-]+$", "Bearer eyJa.eyJa"),
        (r"(ops|admin)@[^.]{3}\.org", "ops@aaa.org"),
        (r"^(a|b)\1[[:digit:]]\z", "aa0"),
        (r"^\S+\s[^a1]$", "a -"),
        (r"^(?!x)[a-z]$", "a"),
        (r"^(?!a)[a-z]$", None),
    ],
)
def test_a_short_text_that_matches(regex, text):
    assert example(python_regex(regex)) == text


@pytest.mark.parametrize(
    ("regex", "text"),
    [("^/(.*)[.]docker$", "/*.docker"), ("^/d/([^?]+)$", "/d/*"), ("^/d/([^/]*)$", "/d/")],
)
def test_where_any_text_may_stand(regex, text):
    assert example(re.compile(regex), "*") == text


def test_what_python_does_not_read():
    with pytest.raises(re.error):
        python_regex("^(?|a|b)$")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("7Qm2xVb9Tz", True),
        ("Bearer q7Zt2LxV0mKc9RfY", True),
        ("9f86d081884c7d659a2feaa0c55ad015", True),
        ("XkTvQzNyBePwLmRs", True),
        ("s3cret", False),
        ("ops-deploy", False),
        ("Mozilla/5.0 Docker-Client/20.10.24", False),
        ("production2024", False),
        ("CN=DeployServer,O=Example Ltd", False),
    ],
)
def test_words_that_nobody_guesses(text, secret):
    assert has_secret(text) is secret


def test_the_literal_part():
    assert literal(re.compile("^(a|bc)x[0-9]+y$")) == "a bc x y"

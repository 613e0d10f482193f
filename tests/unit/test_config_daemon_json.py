"""daemon.json as dockerd reads it, and on which line a key is."""

import pytest

from dockerd_lab.config.daemon_json import read_daemon_json, strings
from dockerd_lab.config.value import Place

FILE = "/etc/docker/daemon.json"
TEXT = '{\n "hosts": [\n  "a",\n  "b"\n ],\n "log-opts": {"hosts": "c"},\n "debug": true\n}'


def test_places_of_keys_and_values():
    daemon_json = read_daemon_json(FILE, TEXT)
    assert daemon_json.place_of_key("hosts") == Place(FILE, 2)
    assert daemon_json.place_of_key("hosts", "b") == Place(FILE, 4)
    assert daemon_json.place_of_key("hosts", "z") == Place(FILE, 2)
    assert daemon_json.place_of_key("debug") == Place(FILE, 7)
    assert daemon_json.place_of_key("host") == Place(FILE)
    assert read_daemon_json(FILE, '"b"\n"a":').place_of_key("a", "b") == Place(FILE, 2)
    assert read_daemon_json(FILE, '"a": 1}').place_of_key("a") == Place(FILE, 1)


def test_the_outermost_keys_as_they_are_written():
    daemon_json = read_daemon_json(FILE, '{"a": {"b": 1}, "a": 2, "c": [{"d": 1}]}')
    assert daemon_json.keys == ("a", "a", "c")
    assert daemon_json.values == {"a": 2, "c": [{"d": 1}]}


@pytest.mark.parametrize(
    ("text", "values", "broken_line"),
    [
        ('{"a": ' + "9" * 5000 + "}", {}, 1),
        ("", {}, 1),
        ("\ufeff{}", {}, 1),
        ('\ufeff{"a": 1}', {"a": 1}, 1),
        ('{\n"a": 1,\n}', {}, 3),
        ('\ufeff{\n"a": 1,\n}', {}, 3),
        ("[1]", {}, 1),
        ("[" * 100_000, {}, 1),
    ],
)
def test_what_is_no_object_declares_nothing(text, values, broken_line):
    daemon_json = read_daemon_json(FILE, text)
    assert (daemon_json.values, daemon_json.text, daemon_json.path) == (values, text, FILE)
    assert daemon_json.broken_line == broken_line


@pytest.mark.parametrize(
    ("value", "expected"), [(["a", 1, "b"], ["a", "b"]), ("ab", []), (None, []), ({"a": 1}, [])]
)
def test_strings_of_a_list(value, expected):
    assert strings(value) == expected

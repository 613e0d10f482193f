"""The files of requests that the probe tries."""

import importlib
import re

from probing import requests

from dockerd_lab.observe import probe_data
from dockerd_lab.project import package_data

FIELDS = {"headers": ["x-docker-key"], "cookies": ["session"], "arguments": ["token"]}


def test_every_way_can_be_sent(probe):
    """Each place of a text is one that the probe fills."""
    exchange = importlib.import_module("exchange")
    made = requests(FIELDS)
    for way in made["bypasses"]:
        message = exchange.request_parts(
            "docker", "/docker", way, ("POST", "/containers/create?name=x", {"a": 1})
        )
        text = exchange.request_bytes(way, *message).decode()
        assert not re.search(r"\{\w+\}", text + way.get("preamble", "")), way
        assert way.get("certificate") in (None, *made["certificates"])


def test_a_value_is_sent_in_all_that_a_proxy_reads():
    ways = requests(FIELDS)["bypasses"]
    named = [way for way in ways if way.get("headers", {}).get("x-docker-key") == "true"]
    assert [(way["headers"]["Cookie"], way["query"]) for way in named] == [
        ("session=true", "token=true")
    ]


def test_passwords_are_tried_only_where_one_is_wanted():
    ways = requests(FIELDS)["bypasses"]
    basic = "Basic YWRtaW46YWRtaW4="  # admin:admin
    guessed = [way for way in ways if way.get("headers", {}).get("Authorization") == basic]
    assert [way["only_after"] for way in guessed] == [[401]]


def test_no_change_names_anything_that_is_there():
    """What a daemon lets through must change nothing."""
    changes = probe_data.changes(package_data())
    assert len(changes) > 30
    harmless = re.compile(
        f"{probe_data.ABSENT}|{probe_data.OBJECT}"  # it does not exist, or is ours
        r"|name=$|/(session|grpc|create|load|init)$"  # it is not valid, or nothing follows
    )
    assert [each["path"] for each in changes if not harmless.search(each["path"])] == []
    for change in changes:
        if change["path"].endswith(("/create", "/load", "/init")):
            assert change["body"] in (None, "", {}, {"Name": "/"}), change

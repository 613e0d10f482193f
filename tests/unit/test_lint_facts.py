"""The facts about engines: there for each engine of the lab, and as these are known to be."""

import pytest
from linting import prediction
from prepared import SETTINGS

from dockerd_lab.errors import BadInput
from dockerd_lab.lint.facts import choose_engines, engines, load_facts


def test_there_are_facts_about_each_engine_of_the_lab():
    assert {name: load_facts(name).docker for name in engines()} == {
        name: engine.docker for name, engine in SETTINGS.engines.items()
    }


def test_they_are_measured_on_that_version():
    for name in engines():
        facts = load_facts(name)
        assert f"Docker version {facts.docker}" in facts.source


@pytest.mark.parametrize("name", engines())
def test_keys_and_flags_are_there(name):
    facts = load_facts(name)
    assert (facts.flags["host"].short, facts.flags["host"].key) == ("H", "hosts")
    assert (facts.keys["hosts"].type, facts.keys["host"].type) == ("[]string", "ignored")
    assert facts.keys["debug"].type == "bool"
    assert "hostz" not in facts.keys
    assert ("validate" in facts.flags) == (facts.major >= 23)
    assert facts.file.accepts_bom == facts.file.accepts_empty == (facts.major >= 23)


def test_engines_are_chosen_by_name_and_version():
    assert [each.engine for each in choose_engines(["28.5", "debian-11"])] == [
        "debian-11",
        "debian-14",
    ]
    assert len(choose_engines(["20.10"])) == 2
    assert choose_engines(["all"]) == choose_engines([])
    with pytest.raises(BadInput, match="nothing is known about it"):
        choose_engines(["24.0"])


def test_engines_differ_where_they_were_seen_to():
    path = "etc/docker/daemon.json"
    bom = {path: '\ufeff{"debug": true}'}
    assert [prediction(bom, f"debian-{n}").starts for n in (11, 12, 13, 14)] == [
        *("no", "no"),
        *("yes", "yes"),
    ]
    newer = {path: '{"log-format": "json"}'}
    assert [prediction(newer, f"debian-{n}").errors for n in (12, 13)] == [
        ("unknown-directive",),
        (),
    ]

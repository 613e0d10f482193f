"""The facts about engines: there for each engine of the lab, and as these are known to be."""

import pytest
from linting import prediction
from prepared import SETTINGS

from dockerd_lab.errors import BadInput
from dockerd_lab.lint.facts import UNSURE, choose_engines, engines, load_facts, other_versions


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
    for wrong in ("22.1", "24.x", "26.0", "docker-22"):
        with pytest.raises(BadInput, match="nothing is known about it"):
            choose_engines([wrong])


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


def test_other_versions_are_not_measured_and_chosen_only_by_name():
    assert [load_facts(name).docker for name in other_versions()] == [
        *("23.0", "24.0", "25.0", "27.5", "29.0"),
    ]
    for name in other_versions():
        facts = load_facts(name)
        assert not facts.measured
        assert "not measured: moby's source at " in facts.source
        assert choose_engines([name, facts.docker, str(facts.major)]) == [facts]
    assert [each.docker for each in choose_engines(["29.3.1", "20.10.24", "24.0.7"])] == [
        *("20.10.24", "24.0", "29.0"),
    ]
    assert all(each.measured for each in choose_engines([]))


def by_version(text):
    """What is said of a daemon.json on each version, from 20.10.24 to 29."""
    names = ["debian-12", *other_versions()[:3], "debian-13", "docker-27.5", "debian-14"]
    files = {"etc/docker/daemon.json": text}
    return [prediction(files, name).starts for name in [*names, "docker-29.0"]]


def test_a_version_is_as_its_neighbours_where_they_are_alike():
    assert by_version('{"debug": true}') == ["yes"] * 8
    assert by_version('{"hosts": ["tcp://127.0.0.1"]}') == ["no"] * 8
    assert by_version('{"debug": "x"}') == ["no"] * 8
    assert by_version('{"hostz": []}') == [*["no"] * 7, "unknown"]  # 29 may have it


def test_a_version_differs_where_its_source_says_so():
    assert by_version('{"log-format": "json"}') == [*["no"] * 3, *["yes"] * 5]
    assert by_version("") == ["no", *["yes"] * 7]
    assert by_version('{"bip6": "fd00::1/64"}') == [*["no"] * 5, *["unknown"] * 3]
    assert by_version('{"min-api-version": "1.24"}') == [*["no"] * 7, "unknown"]


def test_what_no_source_tells_is_unknown():
    assert load_facts("docker-24.0").keys["cluster-store"].type == UNSURE
    assert by_version('{"cluster-store": "x"}')[1:4] == ["unknown"] * 3
    flags = {"etc/default/docker": "DOCKER_OPTS='--graph /x'\n"}
    assert prediction(flags, "docker-24.0").starts == "unknown"
    assert (
        prediction({"etc/default/docker": "DOCKER_OPTS=--new\n"}, "docker-29.0").starts == "unknown"
    )
    assert prediction({"etc/default/docker": "DOCKER_OPTS=--new\n"}, "docker-25.0").starts == "no"
    # What 28.5.2 only announces to refuse.
    tcp = {"etc/default/docker": "DOCKER_OPTS='-H tcp://0.0.0.0'\n"}
    assert [prediction(tcp, name).starts for name in ("docker-27.5", "docker-29.0")] == [
        *("yes", "unknown"),
    ]

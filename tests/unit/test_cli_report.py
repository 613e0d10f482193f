"""`dockerd-lab report merge`: the results of several jobs as one."""

import json

import pytest
from observations import write
from test_cli_validate_project import LOCAL, OPEN, declare, root, tried  # noqa: F401  (fixtures)

PROJECT = """\
configurations:
  - hosts/*
  - {path: farm, run-on: [debian-13], allow-insecure: OPS-12}
"""


@pytest.fixture
def results(root, command, tried):  # noqa: F811
    """Results of a run on debian-12, one on debian-13, and one on both."""
    for name, content in {"hosts/a": LOCAL, "hosts/b": OPEN, "farm": OPEN}.items():
        write(root / name / "etc/docker/daemon.json", content)
    declare(root, PROJECT)
    twelve, thirteen = ("--engine", "debian-12"), ("--engine", "debian-13")
    for name, engines in {"12": twelve, "13": thirteen, "both": twelve + thirteen}.items():
        reports = (
            "--json",
            f"{name}.json",
            "--markdown",
            f"{name}.md",
            "--junitxml",
            f"{name}.xml",
        )
        assert command("validate", "-q", *engines, *reports).returncode == 1
    return root


def test_two_jobs_and_a_merge_are_one_run_of_both(results, command):
    reports = ("--json", "m.json", "--markdown", "m.md", "--junitxml", "m.xml")
    result = command("report", "merge", "13.json", "12.json", *reports)
    assert result.returncode == 1
    assert "an outsider gets root" in result.stdout
    for suffix in ("json", "md", "xml"):
        assert (results / f"m.{suffix}").read_text() == (results / f"both.{suffix}").read_text()


def change(file, **changes):
    """Change keys of the first configuration in a result."""
    data = json.loads(file.read_text())
    data["configurations"][0] |= changes
    file.write_text(json.dumps(data))


def test_what_is_missing_is_named_and_fails(results, command):
    data = json.loads((results / "13.json").read_text())
    data["configurations"] = [each for each in data["configurations"] if each["case"] == "hosts/a"]
    (results / "13.json").write_text(json.dumps(data))
    twelve = json.loads((results / "12.json").read_text())
    twelve["configurations"] = [each for each in twelve["configurations"] if each["case"] != "farm"]
    (results / "12.json").write_text(json.dumps(twelve))
    result = command("report", "merge", "12.json", "13.json")
    assert result.returncode == 1
    assert result.stderr == "dockerd-lab: missing: hosts/b on debian-13\n"


#: Why files are refused.
REFUSED = [
    ("12.json 12.json", "12.json: given twice"),
    ("12.json both.json", "both.json: hosts/a on debian-12 is in 12.json, too"),
    ("12.json other.json", "other.json: hosts/a is another configuration than in 12.json"),
    ("12.json newer.json", "newer.json: its schema is 2; this dockerd-lab reads 1"),
    ("12.json bad.json", "bad.json: configurations.0.results: input should be a valid li"),
    ("12.json cut.json", "cut.json:3: not JSON: "),
    ("12.json gone.json", "gone.json: cannot be read: No such file"),
    ("12.json daemon.json", "daemon.json: no result of `dockerd-lab validate --json`"),
    ("empty.json", "nothing to merge: no results in empty.json"),
]


def test_what_does_not_belong_together_is_refused(results, command):
    text = (results / "13.json").read_text()
    for name in ("other", "newer", "bad"):
        (results / f"{name}.json").write_text(text)
    change(results / "other.json", digest="x")
    (results / "newer.json").write_text(text.replace('"schema": 1', '"schema": 2'))
    change(results / "bad.json", results="x")
    (results / "cut.json").write_text("\n".join(text.splitlines()[:3]))
    (results / "daemon.json").write_text("{}")
    (results / "empty.json").write_text('{"schema": 1, "configurations": []}')
    for files, message in REFUSED:
        result = command("report", "merge", *files.split(), "--json", "merged.json")
        assert result.returncode == 2, files
        assert result.stderr.startswith(f"dockerd-lab: bad input: {message}")
        assert not (results / "merged.json").exists(), files


def test_the_digest_is_of_the_files_and_the_policy_but_of_no_secret(root, command, tried):  # noqa: F811
    digests = []
    for policy, daemon_json in [
        ("", LOCAL),
        ("", OPEN),
        (", allow-insecure: OPS-12", OPEN),
        ("", LOCAL | {"proxies": {"http-proxy": "http://me:first-secret-1@proxy"}}),
        ("", LOCAL | {"proxies": {"http-proxy": "http://me:other-secret-2@proxy"}}),
    ]:
        write(root / "a/etc/docker/daemon.json", daemon_json)
        declare(root, f"configurations: [{{path: a{policy}}}]")
        command("validate", "-q", "--json", "r.json")
        (report,) = json.loads((root / "r.json").read_text())["configurations"]
        digests.append(report["digest"])
    assert len(set(digests)) == len(digests) - 1
    assert digests[-1] == digests[-2]


def test_a_result_of_an_earlier_version_has_its_findings_in_every_format(results, command):
    data = json.loads((results / "12.json").read_text())
    for report in data["configurations"]:
        for each in report["results"]:
            del each["findings"], each["evidence"]
    (results / "12.json").write_text(json.dumps(data))
    command("report", "merge", "12.json", "--sarif", "x.sarif", "--markdown", "x.md")
    for name in ("x.sarif", "x.md"):
        assert "an outsider gets root" in (results / name).read_text()


def test_a_result_may_come_from_standard_input(results, command):
    text = (results / "12.json").read_text()
    merged = command("report", "merge", "-", "13.json", stdin=text)
    assert merged.stdout == command("report", "merge", "12.json", "13.json").stdout
    assert command("report", "diff", "-", "12.json", stdin=text).returncode == 0
    refused = command("report", "merge", "-", stdin=text[:99])
    assert refused.returncode == 2
    assert refused.stderr.startswith("dockerd-lab: bad input: -:8: not JSON")
    assert "-: given twice" in command("report", "diff", "-", "-").stderr

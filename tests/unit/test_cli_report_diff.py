"""`dockerd-lab report show` and `report diff`: the last run, and what changed since another."""

import json
import stat

import pytest
from observations import failed, observation, opened, write
from prepared import HOSTS
from test_cli_validate_project import LOCAL, OPEN, declare, root, tried  # noqa: F401  (fixtures)

from dockerd_lab.judge.verdict import Report
from dockerd_lab.project import find_project
from dockerd_lab.report import result_file
from dockerd_lab.report.comparison import compare, comparison

PLAIN = {"etc/docker/daemon.json": {"debug": True}}


@pytest.fixture
def runs(root, command, tried):  # noqa: F811
    """A run of two closed configurations, then one in which the second is open and a third new."""
    for name in ("a", "b"):
        write(root / f"hosts/{name}/etc/docker/daemon.json", {"debug": True})
    declare(root, "configurations: [hosts/*]\n")
    assert command("validate", "-q", "--json", "old.json").returncode == 0
    write(root / "hosts/b/etc/docker/daemon.json", OPEN)
    write(root / "hosts/c/etc/docker/daemon.json", OPEN)
    assert command("validate", "-q", "--json", "new.json").returncode == 1
    return root


def test_the_last_run_is_shown_the_failed_ones_first(runs, command):
    done = command("report", "show")
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["failed", "hosts/b:"],
        ["failed", "hosts/c:"],
        ["passed", "hosts/a:"],
    ]
    done = command("report", "show", "hosts/b", "--sarif", "b.sarif", "--github")
    assert "hosts/b: starts, and failed" in done.stdout
    assert "::error file=dockerd-lab.yaml,line=1,title=" in done.stdout
    assert "hosts/c" not in (runs / "b.sarif").read_text()
    assert stat.S_IMODE(result_file.last_run(find_project()).stat().st_mode) == 0o600


def test_every_report_can_be_made_later_from_the_last_run(runs, command):
    formats = ("--json", "x.json", "--markdown", "x.md", "--junitxml", "x.xml", "--sarif", "x")
    command("validate", "-q", *formats)
    first = [(runs / name).read_bytes() for name in formats[1::2]]
    command("report", "show", *formats)
    assert [(runs / name).read_bytes() for name in formats[1::2]] == first


def test_what_is_worse_is_told_and_fails(runs, command):
    done = command("report", "diff", "old.json", "new.json")
    assert done.returncode == 1
    assert "hosts/a" not in done.stdout
    assert "hosts/b\n  worse: passed → failed (debian-12)\n" in done.stdout
    assert "  worse: outsider: refused → ROOT (debian-12)\n" in done.stdout
    assert "  changed: a listener appeared: tcp6 :::2375 dockerd (debian-12)\n" in done.stdout
    assert "hosts/c\n  worse: is new, and failed: starts (debian-12)\n" in done.stdout
    assert command("report", "diff", "old.json").stdout == done.stdout
    back = command("report", "diff", "new.json", "old.json")
    assert back.returncode == 0
    assert "  better: outsider: ROOT → refused (debian-12)\n" in back.stdout
    assert "hosts/c\n  changed: is not there any more (debian-12)\n" in back.stdout
    same = command("report", "diff", "new.json", "new.json")
    assert (same.returncode, same.stdout) == (0, "0 worse, 0 better, 0 other\n")


def test_a_new_configuration_that_lets_strangers_in_counts_though_it_is_permitted(runs, command):
    declare(runs, "configurations: [hosts/a, {path: hosts/c, allow-insecure: OPS-12}]\n")
    assert command("validate", "-q", "--json", "new.json").returncode == 0
    done = command("report", "diff", "old.json", "new.json")
    assert done.returncode == 1
    assert "hosts/c\n  worse: is new, and passed: starts (debian-12)\n" in done.stdout
    assert "  worse: outsider: ROOT (debian-12)\n" in done.stdout


def test_predictions_are_compared_too_and_not_with_what_was_seen(root, command):  # noqa: F811
    write(root / "mine/etc/docker/daemon.json", {"debug": True})
    command("lint", "mine", "--json", "old.json", "--engine", "debian-12")
    write(root / "mine/etc/docker/daemon.json", HOSTS)
    command("lint", "mine", "--json", "new.json", "--engine", "debian-12")
    done = command("report", "diff", "old.json", "new.json")
    assert done.returncode == 1
    assert "  worse: starts → does not start (debian-12)\n" in done.stdout
    assert "  worse: hosts-flag-file-conflict: unable to configure" in done.stdout
    data = json.loads((root / "new.json").read_text())
    assert data["results"][0]["starts"] == "no"
    write(root / "seen.json", Report(case="mine", results=[]).model_dump_json(by_alias=True))
    mixed = command("report", "diff", "old.json", "seen.json")
    assert mixed.returncode == 2
    assert "one of them is a prediction of lint" in mixed.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["show"], "no run of "),
        (["diff", "gone.json"], "gone.json: cannot be read"),
        (["diff", "bad.json", "bad.json"], "bad.json: no result of `dockerd-lab lint --json`"),
    ],
)
def test_bad_input(root, command, args, message):  # noqa: F811
    write(root / "bad.json", '{"schema": 1, "predicted": true, "results": [{}]}')
    declare(root, "configurations: []\n")
    done = command("report", *args)
    assert done.returncode == 2
    assert done.stderr.startswith(f"dockerd-lab: bad input: {message}")


def kinds(old, new):
    reports = [[Report(case="x", results=[each])] for each in (old, new)]
    return {(each.kind, each.text.split(":")[0]) for each in compare(*reports)}


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("refused", "read-only", ("worse", "outsider")),
        ("full-control", "read-only", ("better", "outsider")),
        ("filtered", "refused", ("worse", "outsider")),
        ("refused", "unclear", ("worse", "outsider")),
        ("unclear", "full-control", ("worse", "outsider")),
    ],
)
def test_levels_that_rise_are_worse(judged, old, new, change):
    before = judged(PLAIN, observation(outsider=old))
    assert change in kinds(before, judged(PLAIN, observation(outsider=new)))


def test_what_a_client_gets_is_told_and_neither_worse_nor_better(judged):
    before = judged(PLAIN, observation(client="full-control"))
    after = judged(PLAIN, observation(client="tls-required"))
    assert kinds(before, after) == kinds(after, before) == {("changed", "client")}


def test_a_daemon_that_no_longer_starts_is_worse_and_a_moved_line_is_nothing(judged):
    before, after = judged(PLAIN, observation()), judged(PLAIN, failed(log=("odd",)))
    assert {kind for kind, _ in kinds(before, after)} == {"worse"}
    (finding,) = after.findings
    found = finding.model_copy(update={"line": 4, "where": "x:4"})
    moved = finding.model_copy(update={"line": 40, "where": "x:40", "message": "in other words"})
    both = [after.model_copy(update={"findings": [each]}) for each in (found, moved)]
    assert kinds(*both) == set()


def test_the_same_change_on_two_engines_is_one_line(judged):
    closed = judged(PLAIN, observation())
    other = closed.model_copy(update={"engine": "debian-14"})
    opens = judged(PLAIN, opened())
    both = [opens, opens.model_copy(update={"engine": "debian-14"})]
    changes = compare([Report(case="x", results=[closed, other])], [Report(case="x", results=both)])
    text = comparison(changes)
    assert text.count("outsider: refused → ROOT (debian-12, debian-14)") == 1

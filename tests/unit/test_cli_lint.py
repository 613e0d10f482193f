"""The commands `lint` and `rule`, as they are typed."""

import json
import subprocess
import sys

import pytest
from observations import write

from dockerd_lab.lint.rule import rule_ids

DROP_IN = "etc/systemd/system/docker.service.d/o.conf"
START = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd"
CONFLICT = '{\n  "debug": true,\n  "hosts": ["tcp://127.0.0.1:2375"]\n}\n'


@pytest.fixture
def lint(command, tmp_path, monkeypatch):
    """Run lint on files by their paths; the configuration is called `mine`."""
    monkeypatch.chdir(tmp_path)

    def run(files, *options):
        for path, content in files.items():
            write(tmp_path / "mine" / path, content)
        return command("lint", *(["mine"] if files else []), *options)

    return run


def test_an_error_is_shown_as_compilers_do(lint):
    done = lint({"etc/docker/daemon.json": CONFLICT}, "--engine", "26.1")
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == (
        "error[hosts-flag-file-conflict]: hosts are given both as a flag and in daemon.json\n"
        "  --> mine/etc/docker/daemon.json:3:3\n"
        "   |\n"
        ' 3 |   "hosts": ["tcp://127.0.0.1:2375"]\n'
        "   |   ^^^^^^^\n"
        "  = unable to configure the Docker daemon with file /etc/docker/daemon.json: the"
        " following\n"
        "    directives are specified both as a flag and in the configuration file: hosts: (from"
        " flag:\n    [fd://], from file: [tcp://127.0.0.1:2375])\n"
        "  = fix: dockerd-lab rule hosts-flag-file-conflict\n"
        "\n"
        "debian-13 (Docker 26.1.5): does not start; outsider refused, local user refused,"
        " container refused\n"
    )


def test_what_is_well_makes_no_noise(lint):
    done = lint({"etc/docker/daemon.json": '{"debug": true}'})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_engines_that_differ_are_named(lint):
    done = lint({"etc/docker/daemon.json": '{"log-format": "json"}'})
    assert done.returncode == 1
    assert "error[unknown-directive]" in done.stdout
    assert "  = on debian-11, debian-12\n" in done.stdout
    assert "debian-13 (Docker 26.1.5): starts;" in done.stdout


def test_what_is_unknown_is_no_error_and_no_success(lint):
    done = lint({"etc/systemd/system/other.service": "[Service]\nExecStart=/bin/x\n"})
    assert done.returncode == 0
    assert "unknown[starts, exposure]: /etc/systemd/system/other.service" in done.stdout
    assert "  = dockerd-lab validate mine tells\n" in done.stdout
    assert "outsider unknown, local user unknown" in done.stdout


def test_rules_are_chosen(lint):
    files = {DROP_IN: f"{START} -H fd:// -H tcp://0.0.0.0:2375\n"}
    assert "[open-tcp]" not in lint(files, "--ignore", "open-tcp").stdout
    only = lint(files, "--select", "slow-start")
    assert (only.returncode, only.stdout.count("warning["), "error[" in only.stdout) == (
        0,
        1,
        False,
    )


def test_json_has_the_verdict_s_names(lint):
    done = lint({"etc/docker/daemon.json": CONFLICT}, "--json", "-", "--engine", "debian-12")
    assert done.returncode == 1
    assert "error[hosts-flag-file-conflict]" in done.stderr
    data = json.loads(done.stdout)
    (result,) = data["results"]
    assert (data["schema"], data["case"]) == (1, "mine")
    assert (result["engine"], result["starts"], result["daemon"]) == ("debian-12", "no", "failed")
    assert [error["id"] for error in result["errors"]] == ["hosts-flag-file-conflict"]
    assert result["errors"][0]["where"] == "mine/etc/docker/daemon.json:3"
    assert result["errors"][0]["cause"].startswith("dockerd was started with -H")
    assert result["exposure"]["outsider"] == "refused"
    assert [each["path"] for each in result["listeners"]] == ["/run/docker.sock"]
    again = lint({}, "mine", "--json", "-", "--engine", "debian-12")
    assert again.stdout == done.stdout


def test_a_command_is_judged_by_itself(lint):
    done = lint({}, "--command", "sudo dockerd -H tcp://0.0.0.0:2375 &", "--engine", "debian-14")
    assert done.returncode == 1
    assert "error[open-tcp]: a TCP port gives every machine root\n  --> --command\n" in done.stdout


def test_secrets_are_hidden(lint):
    files = {"etc/docker/daemon.json": '{"http-proxy": "http://me:K4711Ai@p:1", "zz": 1}'}
    done = lint(files, "--json", "all.json")
    assert done.returncode == 1
    assert "K4711Ai" not in done.stdout


def test_a_file_of_its_own_place(lint, tmp_path):
    write(tmp_path / "some.json", '{"hosts": ["fd://"]}')
    done = lint({}, "--file", "some.json:/etc/docker/daemon.json", "--engine", "20.10.24")
    assert "  --> some.json:1:2\n" in done.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["lint"], "nothing to validate"),
        (["lint", "--engine", "24.0", "."], "--engine 24.0: nothing is known about it; known are"),
        (["lint", "--unit", "mine", "mine"], "--unit mine: expected packaged or docker-ce"),
        (["lint", "empty"], "empty: an empty directory"),
        (["lint", "mine", "--json", "/nowhere/x"], "/nowhere/x: cannot be written"),
        (["lint", "--command", "ls"], "--command: it must start dockerd"),
        (["lint", "mine", "--ignore", "x"], "no rule 'x'"),
        (["rule", "x"], "no rule 'x'"),
        (["rule"], "no rule is named"),
    ],
)
def test_bad_input(command, tmp_path, monkeypatch, args, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    write(tmp_path / "mine/etc/docker/daemon.json", "{}")
    done = command(*args)
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith(f"dockerd-lab: bad input: {message}")


def test_a_rule_has_a_page(command):
    done = command("rule", "open-tcp")
    assert done.returncode == 0
    for part in ("open-tcp (error)", "How to mend it", "Wrong\n\n/etc/", "Right\n\n/etc/"):
        assert part in done.stdout
    known = command("rule", "unknown-directive").stdout
    assert "sudo" in known


def test_rules_are_listed(command):
    lines = command("rule", "--list").stdout.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == rule_ids()


def test_nothing_of_the_lab_is_imported(tmp_path):
    write(tmp_path / "mine" / DROP_IN, f"{START} -H tcp://0.0.0.0:2375\n")
    code = (
        "import sys; sys.argv[1:] = ['lint', 'mine']\n"
        "from dockerd_lab.cli import app\n"
        "try:\n    app.main()\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "open-tcp" in done.stdout
    loaded = set(done.stderr.split())
    lab = {"pytest", "vagrant", "testinfra", "docker", "libvirt", "requests", "jc", "trustme"}
    # typer loads pydantic where it is installed; the models made with it take longer.
    models = {"dockerd_lab.cases.model", "dockerd_lab.settings", "dockerd_lab.judge.verdict"}
    assert loaded & (lab | models) == set()


def test_a_line_for_each_finding_as_editors_read_it(lint):
    done = lint({"etc/docker/daemon.json": '{"log-format": "json",\n "host": []}'}, "--one-line")
    assert done.returncode == 1
    first, *others = done.stdout.splitlines()
    assert first.startswith("mine/etc/docker/daemon.json:1:2: error: unable to configure")
    assert first.endswith(" on debian-11, debian-12 [unknown-directive]")
    assert [line.split(": ")[:2] for line in others] == [
        ["mine/etc/docker/daemon.json:2:3", "warning"]
    ]


OPENED = f"{START} -H fd:// -H tcp://0.0.0.0:2375 --tls=false\n"


@pytest.mark.parametrize("comment", ["ignore[open-tcp] OPS-12", "ignore[open-tcp, no-effect] x"])
def test_a_comment_ignores_a_rule_on_the_next_line_and_says_why(lint, comment):
    text = OPENED.replace("ExecStart=/", f"# dockerd-lab: {comment}\nExecStart=/")
    done = lint({DROP_IN: text}, "--json", "r.json")
    assert (done.returncode, "open-tcp" in done.stdout) == (0, False)
    with open("r.json") as file:
        (first, *_) = json.load(file)["results"]
    assert first["permitted"][0].endswith(f": {comment.rpartition('] ')[2]}")
    assert first["exposure"]["outsider"] == "full-control"


@pytest.mark.parametrize(
    "comment",
    ["# dockerd-lab: ignore[slow-start] x\n", "# dockerd-lab: ignore[open-tcp] x\n# far\n\n"],
)
def test_a_comment_about_another_rule_or_line_ignores_nothing(lint, comment):
    done = lint({DROP_IN: OPENED.replace("ExecStart=/", f"{comment}ExecStart=/")})
    assert done.returncode == 1
    assert "error[open-tcp]" in done.stdout


@pytest.fixture
def project(lint, tmp_path):
    """Run lint in a project; its configuration `mine` is open, `other` is not."""
    write(tmp_path / "mine" / DROP_IN, OPENED)
    write(tmp_path / "other/etc/docker/daemon.json", '{"debug": true}')

    def run(declared, *args):
        write(tmp_path / "dockerd-lab.yaml", declared)
        return lint({}, *args)

    return run


def test_without_a_path_it_reads_what_the_project_declares(project):
    done = project("run-on: [debian-12, debian-13]\nconfigurations: [mine, other]\n")
    assert done.returncode == 1
    assert done.stdout.startswith("== mine\n\nerror[open-tcp]")
    assert "  --> mine/etc/systemd/" in done.stdout
    assert "debian-12 (" in done.stdout
    assert "debian-14 (" not in done.stdout
    named = project("configurations: [mine, other]\n", "other", "--json", "r.json")
    assert (named.returncode, named.stdout) == (0, "")
    with open("r.json") as file:
        data = json.load(file)
    assert [each["case"] for each in data["configurations"]] == ["other"]
    assert (data["configurations"][0]["line"], data["predicted"]) == (1, True)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("configurations: [{path: mine, allow-insecure: OPS-12}]", 0),
        ("configurations: [mine]\nlint-ignore: [{rule: open-tcp, reason: OPS-12}]", 0),
        ("configurations: [{path: mine, lint-ignore: [{rule: open-tcp, reason: OPS-12}]}]", 0),
        ("configurations: [{path: mine, lint-ignore: [{rule: slow-start, reason: x}]}]", 1),
        ("configurations: [mine]\npolicy: {outsider: {level: full-control, reason: x}}", 1),
        (
            "configurations: [mine]\npolicy:\n"
            "  outsider: &all {level: full-control, reason: OPS-12}\n"
            "  local-user: *all\n  container: *all\n",
            0,
        ),
    ],
)
def test_what_the_project_permits_or_ignores_is_no_error(project, declared, code):
    done = project(declared, "--json", "r.json")
    assert done.returncode == code, done.stdout
    with open("r.json") as file:
        (first, *_) = json.load(file)["configurations"][0]["results"]
    assert bool(first["permitted"]) == (code == 0)
    assert all(each.endswith(": OPS-12") for each in first["permitted"])


def test_ignored_rules_of_the_project_are_for_any_path_in_it(project):
    declared = "lint-ignore: [{rule: open-tcp, reason: OPS-12}]"
    assert project(declared, "mine").returncode == 0
    wrong = project("lint-ignore: [{rule: none-such, reason: x}]", "mine")
    assert wrong.returncode == 2
    assert "dockerd-lab.yaml: no rule 'none-such'" in wrong.stderr


def test_own_units_and_engines_are_read_as_far_as_they_are_known(project, tmp_path):
    unit = "[Service]\nExecStart=/usr/bin/dockerd -H tcp://0.0.0.0:2375 --tls=false\n"
    write(tmp_path / "units/own/docker.service", unit)
    done = project(
        "units: [units/*]\nengines:\n"
        '  ours: {suite: bookworm, docker: "28.5.2"}\n  new: {suite: bookworm, docker: "30.0.0"}\n'
        "configurations: [{path: other, unit: own, run-on: [ours, new]}]\n"
    )
    assert done.returncode == 1
    assert "debian-14 (Docker 28.5.2)" in done.stdout
    assert done.stderr == "dockerd-lab: other: nothing is known about new\n"


def test_a_configuration_for_unknown_engines_alone_is_told_in_every_format(project):
    declared = (
        'engines:\n  new: {suite: bookworm, docker: "30.0.0"}\n'
        "configurations: [{path: mine, run-on: [new]}]\n"
    )
    formats = ("--markdown", "m", "--junitxml", "j", "--html", "h", "--sarif", "s", "--json", "r")
    done = project(declared, *formats)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "dockerd-lab: mine: nothing is known about new\n"
    with open("m") as file:
        assert "mine: is not tried" in file.read()


def test_every_format_of_validate_is_lint_s_too(lint):
    files = {"etc/docker/daemon.json": CONFLICT}
    done = lint(files, "--markdown", "m", "--junitxml", "j", "--html", "h", "--engine", "20.10.5")
    assert done.returncode == 1
    for name in "mjh":
        with open(name) as file:
            assert "hosts-flag-file-conflict" in file.read()

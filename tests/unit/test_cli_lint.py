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
        (
            ["lint", "--engine", "18.09", "."],
            "--engine 18.09: nothing is known about it; known are",
        ),
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


def test_every_format_of_validate_is_lint_s_too(lint):
    files = {"etc/docker/daemon.json": CONFLICT}
    done = lint(files, "--markdown", "m", "--junitxml", "j", "--html", "h", "--engine", "20.10.5")
    assert done.returncode == 1
    for name in "mjh":
        with open(name) as file:
            assert "hosts-flag-file-conflict" in file.read()


def test_a_case_by_its_name_in_the_list(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    by_name = command("lint", "failures/hosts-in-file-stock-unit", "--one-line")
    assert by_name.returncode == 1
    assert "hosts-flag-file-conflict" in by_name.stdout
    write(tmp_path / "dockerd-lab.yaml", "configurations: []\n")
    assert (
        command("lint", "failures/hosts-in-file-stock-unit", "--one-line").stdout == by_name.stdout
    )
    assert "no/such: cannot be read" in command("lint", "no/such").stderr

"""provision/apply.sh: when is dockerd ready, is it the one that ran before, what comes of a fix?

The script runs as it is, with an empty case, programs that stand in for the machine's, and a
directory of its own for its state.
"""

import socket
import subprocess
from pathlib import Path

import pytest
from observations import write

from dockerd_lab.project import package_data

TCP = "tcp6 0 0 :::2376 :::* LISTEN 7/dockerd\ntcp 0 0 10.0.0.1:22 0.0.0.0:* LISTEN 1/sshd"
#: A docker.service that restarts, with a process whose id is the next of a list.
SYSTEMCTL = """
case "$*" in
    *"--property Type "*) echo {kind} ;;
    *"--property MainPID "*) head -n 1 {pids}; sed -i 1d {pids} ;;
    *"--property ActiveState "*) echo active ;;
esac
"""


@pytest.fixture
def apply(tmp_path):
    """Apply an empty case on a machine with these programs; return the outcome and the process."""
    (tmp_path / "case").mkdir()

    def run(*mode, restart_limit=120, **programs):
        programs = {"journalctl": "", "sleep": "", "systemctl": "", "netstat": "", **programs}
        for name, body in programs.items():
            write(tmp_path / f"bin/{name}", f"#!/bin/sh\n{body}\n").chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}/bin:/usr/bin:/bin",
            "LAB_STATE": str(tmp_path / "state"),
            "RESTART_LIMIT": str(restart_limit),
        }
        argv = ["sh", package_data() / "provision/apply.sh", tmp_path / "case", *mode]
        result = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        lines = (tmp_path / "state/outcome").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines), result

    return run


@pytest.fixture
def sockets(tmp_path):
    """Two sockets of dockerd's in the file system: its API, and one for its plugins."""
    with socket.socket(socket.AF_UNIX) as api, socket.socket(socket.AF_UNIX) as metrics:
        (tmp_path / "run/docker").mkdir(parents=True)
        for listener, name in ((api, "my.sock"), (metrics, "run/docker/metrics.sock")):
            listener.bind(str(tmp_path / name))
        yield str(tmp_path / "my.sock"), str(tmp_path / "run/docker/metrics.sock")


@pytest.mark.parametrize(
    ("answer", "daemon"),
    [
        ("OK", "active"),
        ("Client sent an HTTP request to an HTTPS server.", "active"),
        ("curl: (28)", "failed"),
    ],
)
def test_ready_is_asked_first_where_dockerd_itself_listens(apply, tmp_path, answer, daemon):
    curl = f'echo "$@" >>{tmp_path}/requests; echo "{answer}"; [ "{answer}" = OK ]'
    outcome, _ = apply(restart_limit=0, netstat=f"echo '{TCP}'", curl=curl)
    assert outcome["daemon"] == daemon
    requests = (tmp_path / "requests").read_text().splitlines()
    assert requests[0].endswith("http://127.0.0.1:2376/_ping")


def places(requests):
    """Where curl was sent, in the order of the first time; the usual socket may be there too."""
    words = [line.split() for line in requests.read_text().splitlines()]
    named = [w[w.index("--unix-socket") + 1] if "--unix-socket" in w else w[-1] for w in words]
    return [place for place in dict.fromkeys(named) if place != "/run/docker.sock"]


@pytest.mark.parametrize("directory", [None, "/", "above"])
def test_where_dockerd_listens(apply, sockets, tmp_path, directory):
    """`unix://my.sock` is relative to the directory where dockerd was started."""
    api, metrics = sockets
    listed = api
    if directory == "/":
        listed = api.lstrip("/")
    elif directory == "above":
        directory, listed = str(Path(api).parent), Path(api).name
    unix = "unix 2 [ ACC ] STREAM LISTENING 96"
    lines = (
        f"{TCP}\n{unix}1 7/dockerd {metrics}\n{unix}2 7/dockerd {listed}\n{unix}3 1/init {metrics}"
    )
    apply(
        restart_limit=0,
        netstat=f"echo '{lines}'",
        readlink=f'[ "$1" = /proc/7/cwd ] && echo "{directory}"',
        curl=f'echo "$@" >>{tmp_path}/requests; exit 1',
    )
    assert places(tmp_path / "requests") == ["http://127.0.0.1:2376/_ping", api]


def test_a_port_that_systemd_holds_for_dockerd_answers_too(apply):
    """Where docker.socket has a port and no path."""
    held = TCP.replace("7/dockerd", "1/init")
    assert held != TCP
    outcome, _ = apply(restart_limit=0, netstat=f"echo '{held}'", curl="echo OK")
    assert outcome["daemon"] == "active"


@pytest.mark.parametrize(
    ("kind", "pids", "daemon"),
    [("simple", "7 7 7 7", "active"), ("simple", "7 7 8", "failed"), ("notify", "7 7 0", "failed")],
)
def test_readiness_is_not_waited_for_where_dockerd_has_ended(apply, tmp_path, kind, pids, daemon):
    """A dockerd that answers at the fourth time."""
    write(tmp_path / "pids", pids.replace(" ", "\n") + "\n")
    tries = tmp_path / "tries"
    outcome, result = apply(
        netstat=f"echo '{TCP}'",
        curl=f'echo >>{tries}; [ "$(wc -l <{tries})" -ge 4 ] && echo OK',
        systemctl=SYSTEMCTL.format(kind=kind, pids=tmp_path / "pids"),
    )
    assert outcome["daemon"] == daemon
    assert ("dockerd ended before /_ping was OK" in result.stdout) == (daemon == "failed")


#: A restart that fails, after which docker.service has this process, which began then.
REFUSED = """
case "$*" in
    restart*) read -r now _ </proc/uptime; echo "${now%.*}${now#*.}0000" >RESTARTED; exit 1 ;;
    *MainPID,ExecMainStartTimestampMonotonic*)
        echo "MainPID=PID"; echo "ExecMainStartTimestampMonotonic=BORN" ;;
esac
"""


@pytest.mark.parametrize(
    ("pid", "born", "daemon"),
    [
        (7, "just before", "unchanged"),
        (7, "$(cat RESTARTED)", "failed"),
        (0, "just before", "failed"),  # it ran, and has ended
        (7, "999", "unchanged"),
    ],
)
def test_who_runs_since_before_the_restart_was_not_restarted(apply, tmp_path, pid, born, daemon):
    if born == "just before":  # in microseconds since the boot, of which two hundredths ago
        hundredths = Path("/proc/uptime").read_text().split()[0].replace(".", "")
        born = f"{int(hundredths) - 2}9999"
    stub = REFUSED.replace("=BORN", f"={born}").replace("=PID", f"={pid}")
    outcome, _ = apply(systemctl=stub.replace("RESTARTED", str(tmp_path / "restarted")))
    assert (outcome["restart_exit_code"], outcome["daemon"]) == ("1", daemon)


def test_what_a_fix_prints_is_told_from_what_apply_says(apply, tmp_path):
    write(tmp_path / "case/fix.sh", "echo apply: fixed\nfalse\necho never\n")
    _, result = apply("fix", restart_limit=0)
    assert result.stdout == "$ echo apply: fixed\napply: fixed\n$ false\n"
    assert "apply: fix.sh: exit code 1 after" in result.stderr
    assert "fix_exit_code=1\n" in result.stderr


def test_nothing_is_restarted_where_only_the_script_may(apply, tmp_path):
    (tmp_path / "case/no-restart").touch()
    log = tmp_path / "systemctl.log"
    outcome, _ = apply(
        systemctl=f'echo "$*" >>{log}', netstat=f"echo '{TCP}'", curl="echo OK", restart_limit=0
    )
    assert outcome["daemon"] == "active"
    assert "restart" not in log.read_text()

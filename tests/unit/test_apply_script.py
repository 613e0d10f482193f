"""provision/apply.sh: when is dockerd ready, and is it the one that ran before?"""

import pytest
from observations import write
from shell import run

from dockerd_lab.settings import checkout

TCP = "tcp6 0 0 :::2376 :::* LISTEN 7/dockerd\ntcp 0 0 10.0.0.1:22 0.0.0.0:* LISTEN 1/sshd"
UNIX = (
    "unix 2 [ ACC ] STREAM LISTENING 961 7/dockerd /var/run/docker/metrics.sock\n"
    "unix 2 [ ACC ] STREAM LISTENING 962 7/dockerd /run/my.sock\n"
    "unix 2 [ ACC ] STREAM LISTENING 963 1/init /run/docker.sock"
)


def functions_from(first, end):
    """The functions of apply.sh, which runs as a whole, from one up to another."""
    whole = (checkout() / "provision/apply.sh").read_text()
    return whole[whole.index(f"{first}() {{") : whole.index(f"{end}() {{")]


@pytest.mark.parametrize(
    ("says", "ready_now"),
    [("OK", 0), ("Client sent an HTTP request to an HTTPS server.", 0), ("curl: (28)", 1)],
)
def test_ready_is_asked_first_where_dockerd_itself_listens(tmp_path, says, ready_now):
    """apply.sh, with a netstat that shows one port, and a curl that notes what it is asked."""
    functions = functions_from("answers", "await_ping")
    code, _ = run(
        f"{functions}\nanswers",
        tmp_path,
        netstat=f"echo '{TCP}\n{UNIX}'",
        curl=f'echo "$@" >>{tmp_path}/asked; echo "{says}"',
    )
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0].endswith("http://127.0.0.1:2376/_ping")
    assert code == ready_now
    places = run(f"{functions}\nplaces_of dockerd", tmp_path)[1]
    assert places == ["127.0.0.1:2376", "/run/my.sock"]
    relative = "unix 2 [ ACC ] STREAM LISTENING 961 7/dockerd var/run/docker.sock"
    tools = {"netstat": f"echo '{relative}'", "readlink": "echo /"}
    found = run(f"{functions}\nplaces_of dockerd", tmp_path, **tools)[1]
    assert found == ["/var/run/docker.sock"]


def test_a_port_that_systemd_holds_for_dockerd_answers_too(tmp_path):
    """apply.sh, where docker.socket has a port and no path."""
    functions = functions_from("answers", "await_ping")
    held = TCP.replace("7/dockerd", "1/init")
    assert held != TCP
    tools = {"netstat": f"echo '{held}'", "curl": "echo OK"}
    assert run(f"{functions}\nanswers", tmp_path, **tools)[0] == 0


@pytest.mark.parametrize(
    ("kind", "pids", "code"),
    [("simple", "7 7 7 7", 0), ("simple", "7 7 8", 1), ("notify", "7 7 0", 1)],
)
def test_readiness_is_not_waited_for_where_dockerd_has_ended(tmp_path, kind, pids, code):
    """apply.sh, with a dockerd that answers at the fourth time."""
    functions = functions_from("await_ping", "by_systemd")
    write(tmp_path / "pids", pids.replace(" ", "\n"))
    stubs = f"""
restart_limit=120 ping_limit=30
say() {{ echo "$*"; }}
tick() {{ now=0; }}
over() {{ false; }}
answers() {{ echo >>{tmp_path}/tries; [ "$(wc -l <{tmp_path}/tries)" -ge 4 ]; }}
{functions}
property() {{
    case $1 in
        Type) echo {kind} ;;
        MainPID) head -n 1 {tmp_path}/pids; sed -i 1d {tmp_path}/pids ;;
    esac
}}
await_ping
"""
    assert run(stubs, tmp_path)[0] == code


@pytest.mark.parametrize(
    ("pid", "born", "code"),
    [
        (7, 123_459_999, 0),
        (7, 123_460_000, 1),
        (0, 123_459_999, 1),  # it ran, and has ended
        (7, 999, 0),
    ],
)
def test_who_runs_since_before_the_restart_was_not_restarted(tmp_path, pid, born, code):
    """apply.sh, which restarted docker.service 123.46 s after the boot."""
    functions = functions_from("ran_before", "by_systemd")
    shown = f"MainPID={pid}\nExecMainStartTimestampMonotonic={born}"
    assert run(f"{functions}\nran_before 12346", tmp_path, systemctl=f"echo '{shown}'")[0] == code

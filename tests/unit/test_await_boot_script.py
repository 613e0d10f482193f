"""provision/await-boot.sh: when is a boot over, and what is started that a timer would start later?

The script runs as it is, with programs that stand in for the machine's.
"""

import subprocess

import pytest
from observations import write

from dockerd_lab.observe.observation import Boot
from dockerd_lab.project import package_data
from dockerd_lab.trial.boot import parse_boot

#: systemctl of a machine on which all has started; a timer waits.
DONE = """
case "$*" in
    is-system-running) echo running ;;
    "is-active "*) echo active ;;
    *"--property MainPID "*) echo 7 ;;
    *"--property Triggers "*) echo x.service ;;
    *InactiveExit*) echo ${RAN:-0} ;;
    "cat x.service") echo "ExecStart=${RUNS:-/bin/true}" ;;
    "start "*) echo "$*" >>$STARTED ;;
esac
"""


@pytest.fixture
def boot(tmp_path):
    """Run the script; return what it found, and what it has started."""
    started = tmp_path / "started"

    def run(
        *units, systemctl=DONE, netstat="", pgrep="echo 7", curl="exit 7", limit=60, **environment
    ):
        programs = {"systemctl": systemctl, "netstat": netstat, "pgrep": pgrep, "curl": curl}
        for name, body in {**programs, "sleep": "exec /bin/sleep 0.1"}.items():
            write(tmp_path / f"bin/{name}", f"#!/bin/sh\n{body}\n").chmod(0o755)
        environment |= {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "STARTED": str(started)}
        environment |= {"BOOT_LIMIT": str(limit), "TRIGGER_LIMIT": str(limit), "QUIET": "0"}
        argv = ["sh", package_data() / "provision/await-boot.sh", *units]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return parse_boot(done.stdout), started.read_text() if started.exists() else ""

    return run


def test_a_boot_that_is_over(boot):
    assert boot() == (Boot(), "")


@pytest.mark.parametrize(
    ("listing", "unfinished"),
    [("list-jobs*) echo 78 slow.service start running", ["slow.service"]), ("", ["systemd"])],
)
def test_what_goes_on_for_too_long_is_named(boot, listing, unfinished):
    case = f"{listing} ;;\n    " if listing else ""
    state = "running" if listing else "starting"
    systemctl = DONE.replace(
        "is-system-running) echo running ;;", f"{case}is-sys*) echo {state} ;;"
    )
    assert boot(systemctl=systemctl, limit=0)[0].unfinished == unfinished


SECOND = "tcp6 0 0 :::2375 :::* LISTEN 9/dockerd\ntcp6 0 0 :::22 :::* LISTEN 1/sshd"


@pytest.mark.parametrize(
    ("netstat", "curl", "unfinished"),
    [
        ("", "exit 7", ["dockerd"]),
        (SECOND, "exit 7", ["dockerd"]),
        (SECOND, 'case "$*" in *http://127.0.0.1:2375/_ping) echo OK ;; *) exit 7 ;; esac', []),
        ("unix 2 [ ACC ] STREAM LISTENING 1 9/dockerd /run/a.sock", "echo OK", []),
        (SECOND, "echo Client sent an HTTP request to an HTTPS server.", []),
    ],
)
def test_another_dockerd_is_waited_for_until_it_answers(boot, netstat, curl, unfinished):
    limit = 0 if unfinished else 60
    found, _ = boot(pgrep="echo 7; echo 9", netstat=f"echo '{netstat}'", curl=curl, limit=limit)
    assert found.unfinished == unfinished


def test_what_a_timer_would_start_later_is_started(boot):
    found, started = boot("x.timer")
    assert found.triggered == {"x.service": "x.timer"}
    assert started == "start --no-block x.service\n"


@pytest.mark.parametrize("state", [{"RAN": "17"}, {"RUNS": "/sbin/shutdown -r now"}])
def test_what_has_run_or_ends_the_machine_is_not_started(boot, state):
    assert boot("x.timer", **state) == (Boot(), "")

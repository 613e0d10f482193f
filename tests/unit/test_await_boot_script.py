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
        *units,
        systemctl=DONE,
        netstat="",
        pgrep="echo 7",
        curl="exit 7",
        runuser="exit 1",
        setsid="exit 1",
        limit=60,
        **environment,
    ):
        programs = {"systemctl": systemctl, "netstat": netstat, "pgrep": pgrep, "curl": curl}
        programs |= {"runuser": runuser, "setsid": setsid}
        for name, body in {**programs, "sleep": "exec /bin/sleep 0.1"}.items():
            write(tmp_path / f"bin/{name}", f"#!/bin/sh\n{body}\n").chmod(0o755)
        environment |= {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "STARTED": str(started)}
        environment |= {"BOOT_LIMIT": str(limit), "TRIGGER_LIMIT": str(limit), "QUIET": "0"}
        argv = ["sh", package_data() / "provision/await-boot.sh", *units]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return parse_boot(done.stdout), started.read_text() if started.exists() else ""

    return run


#: What runs a job as its user: it says what it was called with.
RUNUSER = 'echo "$*" >>$STARTED'
CRON = """\
# nothing yet
SHELL=/bin/sh
PATH = /usr/sbin:/usr/bin
@reboot root test -e /at-boot
@daily backup TERM=dumb test -e /daily
*/5 * * * *  root  dockerd -H tcp://0.0.0.0:2375 &
0 4 * * * root sh /sbin/reboot
@reboot root /opt/dockerd-lab-absent -H tcp://0.0.0.0:2375
"""


def test_jobs_of_cron_are_run_at_once(boot, tmp_path):
    file = write(tmp_path / "cron.d/docker", CRON)
    found, started = boot(str(file), runuser=RUNUSER, setsid='exec "$@"')
    assert found.triggered == {f"{file}:5": "cron.service", f"{file}:6": "cron.service"}
    assert found.left == [f"{file}:7"]
    assert f"{file}:8" in found.absent
    assert {f"{file}:4", f"{file}:5"}.isdisjoint(found.absent)
    path = "env -i HOME=/ PATH=/usr/sbin:/usr/bin LOGNAME"
    assert sorted(started.splitlines()) == [
        f"-u backup -- {path}=backup sh -c TERM=dumb test -e /daily",
        f"-u root -- {path}=root sh -c dockerd -H tcp://0.0.0.0:2375 &",
    ]


def test_a_user_s_own_table_names_no_user(boot, tmp_path):
    file = write(tmp_path / "crontabs/me", "1 2 3 4 5 id\n@reboot id -u\n")
    _, started = boot(str(file), runuser=RUNUSER, setsid='exec "$@"')
    assert started == "-u me -- env -i HOME=/ PATH=/usr/bin:/bin LOGNAME=me sh -c id\n"


@pytest.mark.parametrize("place", ["atjobs/a00001", "cron.daily/prune"])
def test_a_job_that_is_a_file(boot, tmp_path, place):
    file = write(tmp_path / place, "#!/bin/sh\nid\n")
    found, started = boot(str(file), runuser=RUNUSER, setsid='exec "$@"')
    assert started.endswith(f" sh -c sh {file}\n")
    assert [*found.triggered] == [str(file)]
    write(file, "poweroff\n")
    assert boot(str(file), runuser=RUNUSER, setsid='exec "$@"')[0].left == [str(file)]


def test_a_job_that_is_gone(boot, tmp_path):
    assert boot(str(tmp_path / "atjobs/a00001"))[0] == Boot()


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


@pytest.mark.parametrize(
    ("state", "left"), [({"RAN": "17"}, []), ({"RUNS": "/sbin/shutdown -r now"}, ["x.service"])]
)
def test_what_has_run_or_ends_the_machine_is_not_started(boot, state, left):
    assert boot("x.timer", **state) == (Boot(left=left), "")

"""Asks the machines, after a case was applied, and makes an Observation of the answers."""

import shlex
import time
from concurrent.futures import ThreadPoolExecutor

from dockerd_lab.cases.apply import APPLY, PLACE
from dockerd_lab.cases.model import Case
from dockerd_lab.errors import HarnessBroke
from dockerd_lab.machines.ask import TIMED_OUT, Answer, Question, ask
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import effective, journal, listeners, remote, unit
from dockerd_lab.observe.observation import (
    DaemonSeen,
    Installed,
    Observation,
    Outcome,
    RemoteSeen,
)

#: The port on which cases open the daemon, unless they say otherwise.
PORT = 2375

_OUTCOME = "/var/lib/dockerd-lab/outcome"
_JOURNAL = (
    "journalctl --unit docker.service --no-pager --output json"
    f' "$(sed -n s/^journal_from=//p {_OUTCOME})"'
)
# Before journald runs, systemd speaks to the kernel's log: there the unit is in the text alone.
_EARLY = (
    f"grep -q ^journal_from=--boot {_OUTCOME} && journalctl --boot --no-pager --output json"
    " --grep ^docker.service: _TRANSPORT=kernel SYSLOG_IDENTIFIER=systemd; "
)
_PROCESS = "ps -ww -C dockerd -o pid=,lstart="
_STARTS = f'{_JOURNAL} | grep -c \'"JOB_TYPE":"\\(start\\|restart\\)"\' || true'


def observe(fleet: Fleet, case: Case, subject: str, started: float) -> Observation:
    """Look at all machines; `started` is when the snapshot was restored, in monotonic seconds.

    `subject` is what the observation is of: the engine and the case, as one word.

    The other machines are asked first, both at once, since one of them starts a container that must
    then be seen on `daemon`.
    """
    address = f"{fleet.settings.machines.daemon.address}:{PORT}"

    def other(machine: str) -> RemoteSeen:
        asked = remote.questions(address, thorough=machine == "client")
        return RemoteSeen(machine, ask(fleet.lab, fleet.root, machine, asked))

    with ThreadPoolExecutor(2) as pool:
        client, outsider = pool.map(other, ("client", "outsider"))
    daemon = look_at_daemon(fleet, case)
    seconds = time.monotonic() - started
    return Observation(subject, fleet.engine, case.name, daemon, client, outsider, seconds)


def look_at_daemon(fleet: Fleet, case: Case) -> DaemonSeen:
    """Look at `daemon` alone, and apply the case there a second time."""
    answers = ask(fleet.lab, fleet.root, "daemon", _daemon_questions(case))
    said = {name: answer.stdout for name, answer in answers.items()}
    if answers["again"].exit_code != 0:
        raise HarnessBroke(f"applying {case.name} again failed: {answers['again'].said}")
    for name, answer in answers.items():
        if answer.exit_code == TIMED_OUT:
            raise HarnessBroke(f"asking daemon for {name}: {answer.stderr.strip()}")
    seen = listeners.parse(said["tcp"]) + listeners.parse(said["unix"])
    command = effective.command(said["ps"])
    return DaemonSeen(
        outcome=_outcome(answers["outcome"]),
        service=unit.parse(said["service"]),
        socket=unit.parse(said["socket"]),
        listeners=listeners.reachable(seen),
        command=command,
        hosts=effective.hosts(command, said["daemon_json"]),
        journal=journal.parse(said["journal"]),
        by_hand=said["by_hand"],
        once=Installed(said["files"], said["process"], _count(said["starts"])),
        twice=Installed(said["files_2"], said["process_2"], _count(said["starts_2"])),
        containers=said["containers"],
        raw=answers,
    )


def _daemon_questions(case: Case) -> dict[str, Question]:
    paths = shlex.join(str(path) for path in case.files)
    stat = f"stat --format '%n %i %s %y %a' {paths}" if paths else "true"
    # Asking a stopped daemon's socket would make systemd start it.
    if_active = f"grep -q daemon=active {_OUTCOME} || exit 0; "
    return {
        "outcome": Question(f"cat {_OUTCOME}"),
        "service": Question(unit.SHOW.format(unit="docker.service")),
        "socket": Question(unit.SHOW.format(unit="docker.socket")),
        "tcp": Question(listeners.NETSTAT_TCP),
        "unix": Question(listeners.NETSTAT_UNIX),
        "ps": Question("ps -ww -C dockerd -o pid=,args="),
        "daemon_json": Question("cat /etc/docker/daemon.json 2>/dev/null"),
        "unit_files": Question("systemctl cat docker.service docker.socket"),
        "journal": Question(_EARLY + _JOURNAL),
        "by_hand": Question("cat /var/lib/dockerd-lab/by-hand.log 2>/dev/null"),
        "containers": Question(f"{if_active}docker ps --format '{{{{.Names}}}} {{{{.Image}}}}'"),
        "files": Question(stat),
        "process": Question(_PROCESS),
        "starts": Question(_STARTS),
        "again": Question(f"sh {APPLY} {PLACE}", limit=180),
        "files_2": Question(stat),
        "process_2": Question(_PROCESS),
        "starts_2": Question(_STARTS),
    }


def _outcome(answer: Answer) -> Outcome:
    lines = (line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
    facts = dict(lines)
    try:
        return Outcome(
            daemon=facts["daemon"],
            restart_seconds=float(facts["restart_seconds"]),
            restart_exit_code=_code(facts.get("restart_exit_code")),
            by_hand_exit_code=_code(facts.get("by_hand_exit_code")),
        )
    except (KeyError, ValueError):
        raise HarnessBroke(f"apply.sh left no outcome on daemon: {answer.said!r}") from None


def _code(text: str | None) -> int | None:
    return None if text is None else int(text)


def _count(text: str) -> int:
    return int(text.strip() or 0)

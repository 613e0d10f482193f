"""Asks the machines, after a case was applied, and makes an Observation of the answers."""

import secrets
import shlex
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dockerd_lab.cases.apply import APPLY, OUTCOME, PLACE, SINCE, STATE
from dockerd_lab.cases.apply import fix as fix_daemon
from dockerd_lab.cases.model import Configuration
from dockerd_lab.errors import HarnessBroke
from dockerd_lab.machines.ask import TIMED_OUT, Answer, Question, ask, run_python
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import effective, exposure, journal, listeners, nginx, remote, unit
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonSeen, Installed, Observation, Outcome

_JOURNAL = f"journalctl --unit docker.service --no-pager --output json {SINCE}"
# Before journald runs, systemd speaks to the kernel's log: there the unit is in the text alone.
_EARLY = (
    f"grep -q ^journal_from=--boot {OUTCOME} && journalctl --boot --no-pager --output json"
    " --grep ^docker.service: _TRANSPORT=kernel SYSLOG_IDENTIFIER=systemd; "
)
#: The file that the running dockerd was told to read, or else its own.
_DAEMON_JSON = (
    "file=$(ps -ww -C dockerd -o args= | sed -n 's/.* --config-file[= ]\\([^ ]*\\).*/\\1/p');"
    ' cat "${file:-/etc/docker/daemon.json}" 2>/dev/null'
)
#: Seconds a case's show.sh or fix-client.sh may take.
SCRIPT_LIMIT = 180
_LISTENING = {
    "tcp": Question(listeners.NETSTAT_TCP),
    "unix": Question(listeners.NETSTAT_UNIX),
}
_NGINX = {"nginx": Question(nginx.DUMP)}
#: The questions about what was said.
_SAID = ("journal", "by_hand")
_PROCESS = "ps -ww -C dockerd -o pid=,lstart="
_STARTS = f'{_JOURNAL} | grep -c \'"JOB_TYPE":"\\(start\\|restart\\)"\' || true'


@dataclass(frozen=True)
class _Tried:
    """What came of trying to reach the daemon."""

    levels: dict[str, Exposure]
    """By who has tried."""
    found: Mapping[str, Answer]
    """What listened then, which was tried."""


def observe(
    fleet: Fleet,
    case: Configuration,
    subject: str,
    started: float,
    *,
    again: bool = True,
    tools: Collection[str] = remote.TOOLS,
    more: Mapping[str, Question] = MappingProxyType({}),
    fix: Mapping[str, Answer] = MappingProxyType({}),
) -> Observation:
    """Look at all machines; `started` is when the snapshot was restored, in monotonic seconds.

    `subject` is what the observation is of: the engine and the case, as one word. `again` has the
    case applied a second time, without which `daemon.once` and `daemon.twice` are empty. `tools`
    are those of observe/remote.py that are tried on `client`; with `run` not among them
    `containers` is empty. `more` is asked on `daemon` besides; the answers are in `daemon.raw`.
    `fix` is what mended the failure, where that was done: it is not shown again then.

    What shows the failure comes first. Then what listens is found, and everybody tries it at once.
    `daemon` is looked at while the tools are tried on `client`, or else meanwhile, and last of all
    for the container that `client` has started.
    """
    seen_first = {} if fix else shown(fleet, case)
    with ThreadPoolExecutor(2) as pool:
        trying = pool.submit(_everybody_tries, fleet, case, secrets.token_hex(16))
        if tools or again:  # what they change is not to be seen by those who try
            trying.result()
        looked = pool.submit(look_at_daemon, fleet, case, again=again, more=more, after=trying)
        levels = trying.result().levels
        client = _tools(fleet, case, levels["client"], tools)
        daemon = looked.result()
    ran = "run" in tools and daemon.outcome.daemon == "active"
    containers = _containers(fleet) if ran else ""
    seconds = time.monotonic() - started
    return Observation(
        subject=subject,
        engine=fleet.engine,
        case=case.name,
        daemon=daemon,
        client=client,
        exposure=levels,
        shown=seen_first,
        fix=dict(fix),
        containers=containers,
        seconds=seconds,
    )


def shown(fleet: Fleet, case: Configuration) -> dict[str, str]:
    """What the case's show.sh shows on `daemon`, and show-client.sh on `client`, if it has them."""
    found = {}
    for machine, name in {"daemon": "show.sh", "client": "show-client.sh"}.items():
        if (case.directory / name).is_file():
            found[machine] = run_script(fleet, machine, case.directory / name).stdout
    return found


def mend(fleet: Fleet, case: Configuration, unit: str | None = None) -> dict[str, Answer]:
    """Mend an applied failure, by its fix.sh on `daemon` and its fix-client.sh on `client`."""
    done = {}
    if (case.directory / "fix.sh").is_file():
        done["daemon"] = fix_daemon(fleet.lab, fleet.root, case, fleet.address, unit)
    if (script := case.directory / "fix-client.sh").is_file():
        done["client"] = run_script(fleet, "client", script, "set -e; ")
    return done


def run_script(fleet: Fleet, machine: str, script: Path, before: str = "") -> Answer:
    """Run a script on a machine, each command shown as it would be typed; `before` comes first."""
    # Standard error into standard output, in the order in which a terminal has them.
    typed = f"exec 2>&1; {before}PS4='$ '; set -x; {script.read_text()}"
    question = Question(f"sh -c {shlex.quote(typed)}", SCRIPT_LIMIT)
    return ask(fleet.lab, fleet.root, machine, {script.name: question})[script.name]


def _tools(
    fleet: Fleet, case: Configuration, level: Exposure, tools: Collection[str]
) -> dict[str, Answer]:
    """What people's tools got on `client`."""
    asked = remote.questions(case.remote, silent=level.level == "filtered")
    wanted = {name: question for name, question in asked.items() if name in tools}
    return ask(fleet.lab, fleet.root, "client", wanted) if wanted else {}


def _containers(fleet: Fleet) -> str:
    """The containers on `daemon`: name and image, one a line."""
    question = Question("docker ps --all --format '{{.Names}} {{.Image}}'")
    answers = ask(fleet.lab, fleet.root, "daemon", {"containers": question})
    _must_have_worked(answers, "containers")
    return answers["containers"].stdout


def _what_listens(fleet: Fleet, token: str) -> dict[str, Answer]:
    """Ask `daemon` what listens and what nginx has read; leave this observation's token there."""
    asked = {**_LISTENING, "token": exposure.write_token(token)}
    found = ask(fleet.lab, fleet.root, "daemon", {**asked, **_NGINX})
    _must_have_worked(found, *asked)  # nginx may read what it refuses
    return {name: found[name] for name in (*_LISTENING, *_NGINX)}


def _listeners(found: Mapping[str, Answer]) -> list[Listener]:
    seen = listeners.parse(found["tcp"].stdout) + listeners.parse(found["unix"].stdout)
    return listeners.reachable(seen)


def _everybody_tries(fleet: Fleet, case: Configuration, token: str) -> _Tried:
    """How much everybody gets, by who it is; who reads the token is root on `daemon`."""
    found = _what_listens(fleet, token)
    listening = _listeners(found)
    dump = found["nginx"].stdout
    names, prefixes = nginx.names(dump), nginx.prefixes(dump)
    declared = case.remote.host
    over_ssh = [declared] if declared.startswith("ssh://") else []
    elsewhere = exposure.from_elsewhere(listening, fleet.address, *over_ssh)
    here = exposure.from_here(listening)
    from_elsewhere, from_here = (
        exposure.probe(fleet.root, exposure.by_name(targets, listening, names), prefixes)
        for targets in (elsewhere, here)
    )

    def measure(who: str, machine: str, program: str, run_as: str = "") -> Exposure:
        what = f"measuring the exposure of {who}"
        limit = exposure.PROBE_LIMIT
        answer = run_python(fleet.lab, machine, program, what=what, limit=limit, run_as=run_as)
        return exposure.parse(who, answer, token)

    with ThreadPoolExecutor(3) as pool:
        everybody = [
            pool.submit(measure, "client", "client", from_elsewhere),
            pool.submit(measure, "outsider", "outsider", from_elsewhere),
            pool.submit(measure, "local-user", "daemon", from_here, exposure.LOCAL_USER),
        ]
        levels = [measured.result() for measured in everybody]
    return _Tried({level.who: level for level in levels}, found)


def look_at_daemon(
    fleet: Fleet,
    case: Configuration,
    *,
    again: bool = True,
    more: Mapping[str, Question] = MappingProxyType({}),
    after: Future[_Tried] | None = None,
) -> DaemonSeen:
    """Look at `daemon` alone and, with `again`, apply the case there a second time.

    Where everybody still tries (`after`), what listens is what they found, and what the daemon says
    meanwhile counts.
    """
    questions = {**_daemon_questions(), **(_twice(case) if again else {}), **more}
    if after is None or after.done():
        answers = ask(fleet.lab, fleet.root, "daemon", questions)
    else:
        others = (*_SAID, *_LISTENING, *_NGINX)
        first = {name: asked for name, asked in questions.items() if name not in others}
        answers = ask(fleet.lab, fleet.root, "daemon", first)
        answers |= after.result().found
        last = {name: questions[name] for name in _SAID}
        answers |= ask(fleet.lab, fleet.root, "daemon", last)
    outcome = _outcome(answers["outcome"])
    if again and answers["again"].exit_code != 0:
        raise HarnessBroke(f"applying {case.name} again failed: {answers['again'].said}")
    for name, answer in answers.items():
        if answer.exit_code == TIMED_OUT:
            raise HarnessBroke(f"asking daemon for {name}: {answer.stderr.strip()}")
    _must_have_worked(answers, "tcp", "unix", "service", "socket")
    said = {name: answer.stdout for name, answer in answers.items()}
    command = effective.command(said["ps"])
    return DaemonSeen(
        outcome=outcome,
        service=unit.parse(said["service"]),
        socket=unit.parse(said["socket"]),
        listeners=_listeners(answers),
        command=command,
        hosts=effective.hosts(command, said["daemon_json"]),
        journal=journal.parse(said["journal"]),
        by_hand=said["by_hand"],
        once=_installed(said, ""),
        twice=_installed(said, "_2"),
        raw=answers,
    )


def _must_have_worked(answers: Mapping[str, Answer], *names: str) -> None:
    """Raise HarnessBroke where one of these failed: nothing seen is not nothing there."""
    for name in names:
        if answers[name].exit_code != 0:
            raise HarnessBroke(f"asking daemon for {name}: {answers[name].said}")


def _daemon_questions() -> dict[str, Question]:
    return {
        "outcome": Question(f"cat {OUTCOME}"),
        "service": Question(unit.SHOW.format(unit="docker.service")),
        "socket": Question(unit.SHOW.format(unit="docker.socket")),
        **_LISTENING,
        **_NGINX,
        "ps": Question("ps -ww -C dockerd -o pid=,args="),
        "daemon_json": Question(_DAEMON_JSON),
        "unit_files": Question("systemctl cat docker.service docker.socket"),
        "journal": Question(_EARLY + _JOURNAL),
        "by_hand": Question(f"cat {STATE}/by-hand.log 2>/dev/null"),
    }


def _twice(case: Configuration) -> dict[str, Question]:
    """What the case must not change when it is applied once more, before and after that."""
    paths = shlex.join(str(path) for path in case.files)
    stat = f"stat --format '%n %i %s %y %a' {paths}" if paths else "true"
    return {
        "files": Question(stat),
        "process": Question(_PROCESS),
        "starts": Question(_STARTS),
        "again": Question(f"sh {APPLY} {PLACE}", limit=180),
        "files_2": Question(stat),
        "process_2": Question(_PROCESS),
        "starts_2": Question(_STARTS),
    }


def _installed(said: Mapping[str, str], which: str) -> Installed:
    """What was installed, in the answers of `_twice`; nothing where that was not asked."""
    files, process, starts = (said.get(name + which, "") for name in ("files", "process", "starts"))
    return Installed(files, process, _count(starts))


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

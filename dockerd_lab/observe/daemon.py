"""Looks at `daemon` after a case was applied: its units, what listens, what was said."""

import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dockerd_lab.cases.model import Configuration
from dockerd_lab.config.flags import config_file, effective_hosts
from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import APPLY, OUTCOME, PLACE, SINCE, STATE
from dockerd_lab.machines.batch import connect, run_batch
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.program import Program
from dockerd_lab.machines.remote_command import TIMED_OUT, CommandResult, RemoteCommand
from dockerd_lab.observe import (
    changed_files,
    exposure,
    inspection,
    journal,
    listeners,
    nginx,
    unit,
)
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Outcome

_JOURNAL = f"journalctl --unit docker.service --no-pager --output json {SINCE}"
# Before journald runs, systemd speaks to the kernel's log: there the unit is in the text alone.
_EARLY = (
    f"grep -q ^journal_from=--boot {OUTCOME} && journalctl --boot --no-pager --output json"
    " --grep ^docker.service: _TRANSPORT=kernel SYSLOG_IDENTIFIER=systemd; "
)
_LISTENING = {
    "tcp": RemoteCommand(listeners.NETSTAT_TCP),
    "unix": RemoteCommand(listeners.NETSTAT_UNIX),
}
_NGINX = {"nginx": RemoteCommand(nginx.DUMP)}
#: The questions about what was said.
_SAID = ("journal", "by_hand")
_PROCESS = "ps -ww -C dockerd -o pid=,lstart="
_STARTS = f'{_JOURNAL} | grep -c \'"JOB_TYPE":"\\(start\\|restart\\)"\' || true'


def what_listens(program: Program, token: str) -> dict[str, CommandResult]:
    """Ask `daemon` what listens and what nginx has read; leave this observation's token there."""
    asked = {**_LISTENING, "token": exposure.write_token(token)}
    found = run_batch(program, {**asked, **_NGINX})
    must_have_worked(found, *asked)  # nginx may read what it refuses
    return {name: found[name] for name in (*_LISTENING, *_NGINX)}


def listeners_in(found: Mapping[str, CommandResult]) -> list[Listener]:
    """What can be reached, in the answers of `what_listens`."""
    seen = listeners.parse(found["tcp"].stdout) + listeners.parse(found["unix"].stdout)
    return listeners.reachable(seen)


def look_at_daemon(fleet: Fleet, case: Configuration) -> DaemonObservation:
    """Look at `daemon` alone, and apply the case there a second time."""
    version = fleet.settings.engine(fleet.engine).docker
    with connect(fleet.lab, fleet.root, "daemon") as program:
        return look(program, case, Inspection(), version, check_idempotent=True)


def look(
    program: Program,
    case: Configuration,
    inspected: Inspection,
    version: str,
    *,
    check_idempotent: bool,
    found: Mapping[str, CommandResult] = MappingProxyType({}),
    over: Callable[[], object] | None = None,
) -> DaemonObservation:
    """Put the questions to `program`, which was started on `daemon`.

    `inspected` is looked at besides dockerd, `version` is the engine's. With `check_idempotent` the
    case is applied a second time, without which `first_apply` and `second_apply` are empty. `found`
    is known already. Where something goes on meanwhile, `over` waits for its end, and what the
    daemon says until then counts.
    """
    questions = _questions()
    for name in found:
        del questions[name]
    last = {name: questions.pop(name) for name in _SAID} if over is not None else {}
    answers = {**found, **run_batch(program, questions)}
    command = _command_of(answers["ps"].stdout)
    file = RemoteCommand(f"cat {shlex.quote(config_file(command))} 2>/dev/null")
    more = {"daemon_json": file, **inspection.commands(inspected, version)}
    if inspected.compare_texts:
        more["changed_files"] = changed_files.command(inspected.texts)
    answers |= run_batch(program, {**more, **(_twice(case) if check_idempotent else {})})
    if over is not None:
        over()
        answers |= run_batch(program, last)
    outcome = _outcome(answers["outcome"])
    if check_idempotent and answers["again"].exit_code != 0:
        raise HarnessError(f"applying {case.name} again failed: {answers['again'].output}")
    for name, answer in answers.items():
        if answer.exit_code == TIMED_OUT:
            raise HarnessError(f"asking daemon for {name}: {answer.stderr.strip()}")
    must_have_worked(answers, "tcp", "unix", "units")
    said = {name: answer.stdout for name, answer in answers.items()}
    service, socket = unit.parse(said["units"])
    return DaemonObservation(
        outcome=outcome,
        service=service,
        socket=socket,
        listeners=listeners_in(answers),
        command=command,
        hosts=effective_hosts(command, said["daemon_json"]),
        journal=journal.parse(said["journal"]),
        by_hand=said["by_hand"],
        first_apply=_installed(said, ""),
        second_apply=_installed(said, "_2"),
        socket_log=inspection.socket_log(answers),
        services=inspection.services(answers),
        script_exit_code=inspection.script_exit_code(answers),
        refused_by_validate=inspection.refused_by_validate(answers, outcome.daemon),
        changed_files=(
            changed_files.changes(answers["changed_files"], inspected.texts)
            if inspected.compare_texts
            else {}
        ),
        raw=answers,
    )


def must_have_worked(answers: Mapping[str, CommandResult], *names: str) -> None:
    """Raise HarnessError where one of these failed: nothing seen is not nothing there."""
    for name in names:
        if answers[name].exit_code != 0:
            raise HarnessError(f"asking daemon for {name}: {answers[name].output}")


def _questions() -> dict[str, RemoteCommand]:
    return {
        "outcome": RemoteCommand(f"cat {OUTCOME}"),
        "units": RemoteCommand(unit.SHOW),
        **_LISTENING,
        **_NGINX,
        "ps": RemoteCommand("ps -ww -C dockerd -o pid=,args="),
        "unit_files": RemoteCommand("systemctl cat docker.service docker.socket"),
        "journal": RemoteCommand(_EARLY + _JOURNAL),
        "by_hand": RemoteCommand(f"cat {STATE}/by-hand.log 2>/dev/null"),
    }


def _twice(case: Configuration) -> dict[str, RemoteCommand]:
    """What the case must not change when it is applied once more, before and after that."""
    paths = shlex.join(str(path) for path in case.files)
    stat = f"stat --format '%n %i %s %y %a' {paths}" if paths else "true"
    return {
        "files": RemoteCommand(stat),
        "process": RemoteCommand(_PROCESS),
        "starts": RemoteCommand(_STARTS),
        "again": RemoteCommand(f"sh {APPLY} {PLACE}", limit=180),
        "files_2": RemoteCommand(stat),
        "process_2": RemoteCommand(_PROCESS),
        "starts_2": RemoteCommand(_STARTS),
    }


def _installed(said: Mapping[str, str], which: str) -> Installed:
    """What was installed, in the answers of `_twice`; nothing where that was not asked."""
    files, process, starts = (said.get(name + which, "") for name in ("files", "process", "starts"))
    return Installed(files, process, _count(starts))


def _command_of(ps: str) -> str | None:
    """The command line of dockerd in the output of `ps -C dockerd -o pid=,args=`, if it runs."""
    lines = ps.strip().splitlines()
    return lines[0].split(None, 1)[1].strip() if lines else None


def _outcome(answer: CommandResult) -> Outcome:
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
        raise HarnessError(f"apply.sh left no outcome on daemon: {answer.output!r}") from None


def _code(text: str | None) -> int | None:
    return None if text is None else int(text)


def _count(text: str) -> int:
    return int(text.strip() or 0)

"""Observes `daemon` after a case was applied: its units, listeners and logs."""

import shlex
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from dockerd_lab.cases.model import Configuration
from dockerd_lab.config.flags import config_file, effective_hosts
from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import (
    APPLY_SCRIPT,
    CASE_DIRECTORY,
    JOURNAL_SINCE,
    OUTCOME_FILE,
    STATE_DIRECTORY,
)
from dockerd_lab.machines.batch import connect, run_batch
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.program import Program
from dockerd_lab.machines.remote_command import TIMED_OUT, CommandResult, RemoteCommand
from dockerd_lab.observe import (
    changed_files,
    exposure,
    firewall_rules,
    inspection,
    journal,
    listeners,
    local_doors,
    nginx,
    open_accounts,
    open_files,
    other_ways,
    proxies,
    raised_rights,
    read_files,
    unit,
)
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Outcome
from dockerd_lab.observe.targets import LIST_BRIDGES

_JOURNAL = f"journalctl --unit docker.service --no-pager --output json {JOURNAL_SINCE}"
# Before journald runs, systemd logs to the kernel's log. There only the text names the unit.
_EARLY = (
    f"grep -q ^journal_from=--boot {OUTCOME_FILE} && journalctl --boot --no-pager --output json"
    " --grep ^docker.service: _TRANSPORT=kernel SYSLOG_IDENTIFIER=systemd; "
)
_LISTENING = {
    "tcp": RemoteCommand(listeners.NETSTAT_TCP),
    "unix": RemoteCommand(listeners.NETSTAT_UNIX),
}
_PROXIES = {"nginx": RemoteCommand(nginx.DUMP), "proxies": RemoteCommand(proxies.DUMP)}
#: The name of the command that tells which files were read.
_TIMES = "times"
_ADDRESSES = {
    "addresses": RemoteCommand("ip -o address"),
    "bridges": RemoteCommand(LIST_BRIDGES),
}
_RULES = {"rules": firewall_rules.COMMAND}
#: The commands that read logs.
_LOGS = ("journal", "by_hand")
_PROCESS = "ps -ww -C dockerd -o pid=,lstart="
_STARTS = f'{_JOURNAL} | grep -c \'"JOB_TYPE":"\\(start\\|restart\\)"\' || true'


def query_listeners(
    program: Program, token: str, files: Collection[str] = ()
) -> dict[str, CommandResult]:
    """Ask `daemon` for listeners, addresses and proxies' files, and write the token there.

    `files` are the files of which it is asked whether a program has read them. That comes first:
    later commands read some of them. Raises HarnessError if netstat or writing the token failed.
    """
    times = {_TIMES: read_files.times_command(files)} if files else {}
    commands = {**times, **_LISTENING, **_ADDRESSES, **_RULES}
    token_command = {"token": exposure.write_token(token)}
    results = run_batch(program, {**commands, **token_command, **_PROXIES})
    # nginx -T may fail: nginx may reject its configuration
    require_success(results, *commands, *token_command)
    return {name: results[name] for name in (*commands, *_PROXIES)}


def parse_listeners(results: Mapping[str, CommandResult]) -> list[Listener]:
    """Return the listeners that can be reached, from the results of `query_listeners`."""
    all_listeners = listeners.parse(results["tcp"].stdout) + listeners.parse(results["unix"].stdout)
    return listeners.reachable(all_listeners)


def observe_daemon_alone(fleet: Fleet, case: Configuration) -> DaemonObservation:
    """Observe only `daemon`, and apply the case there a second time."""
    version = fleet.settings.engine(fleet.engine).docker
    with connect(fleet.lab, fleet.project, "daemon") as program:
        return observe_daemon(program, case, Inspection(), version, check_idempotent=True)


def observe_daemon(
    program: Program,
    case: Configuration,
    inspected: Inspection,
    version: str,
    *,
    check_idempotent: bool,
    earlier_results: Mapping[str, CommandResult] = MappingProxyType({}),
    wait_for_probes: Callable[[], object] | None = None,
) -> DaemonObservation:
    """Observe `daemon` with `program`, which was started there by `connect`.

    - `inspected` says what to observe besides dockerd, `version` is the engine's version.
    - `check_idempotent` applies the case a second time. Otherwise `first_apply` and `second_apply`
      are empty.
    - `earlier_results` are results of commands that need not run again.
    - `wait_for_probes` returns when the probes have ended. The logs are read after that, so that
      they include what the daemon logged meanwhile.

    Raises HarnessError if a command got no answer in time, or if one that must not fail failed.
    """
    commands = _daemon_commands()
    for name in earlier_results:
        commands.pop(name, None)
    log_commands = (
        {name: commands.pop(name) for name in _LOGS} if wait_for_probes is not None else {}
    )
    results = {**earlier_results, **run_batch(program, commands)}
    command = _parse_command(results["ps"].stdout)
    daemon_json_command = RemoteCommand(f"cat {shlex.quote(config_file(command))} 2>/dev/null")
    more_commands = {"daemon_json": daemon_json_command, **inspection.commands(inspected, version)}
    if inspected.compare_texts:
        more_commands["changed_files"] = changed_files.list_command(inspected.texts)
    results |= run_batch(
        program, {**more_commands, **(_idempotence_commands(case) if check_idempotent else {})}
    )
    if wait_for_probes is not None:
        wait_for_probes()
        results |= run_batch(program, log_commands)
    outcome = _parse_outcome(results["outcome"])
    if check_idempotent and results["again"].exit_code != 0:
        raise HarnessError(f"applying {case.name} again failed: {results['again'].output}")
    for name, result in results.items():
        if result.exit_code == TIMED_OUT:
            raise HarnessError(f"asking daemon for {name}: {result.stderr.strip()}")
    require_success(results, "tcp", "unix", "units")
    output = {name: result.stdout for name, result in results.items()}
    service, socket = unit.parse(output["units"])
    return DaemonObservation(
        outcome=outcome,
        service=service,
        socket=socket,
        listeners=parse_listeners(results),
        command=command,
        hosts=effective_hosts(command, output["daemon_json"]),
        journal=journal.parse(output["journal"]),
        by_hand=output["by_hand"],
        first_apply=_parse_installed(output, ""),
        second_apply=_parse_installed(output, "_2"),
        socket_log=inspection.socket_log(results),
        services=inspection.services(results),
        script_exit_code=inspection.script_exit_code(results),
        refused_by_validate=inspection.refused_by_validate(results, outcome.daemon),
        files_read=read_files.parse_times(results[_TIMES]) if _TIMES in results else None,
        units=inspection.states(results),
        changed_files=(
            changed_files.parse_changes(results["changed_files"], inspected.texts)
            if inspected.compare_texts
            else {}
        ),
        local_doors=local_doors.parse(output["local_doors"]),
        open_files=open_files.parse(output["open_files"]),
        open_accounts=open_accounts.parse(output["open_accounts"]),
        other_ways=other_ways.parse(output["other_ways"]),
        raised_rights=raised_rights.parse(output["raised_rights"]),
        raw=results,
    )


def require_success(results: Mapping[str, CommandResult], *names: str) -> None:
    """Raise HarnessError if a named command failed: its empty output would prove nothing."""
    for name in names:
        if results[name].exit_code != 0:
            raise HarnessError(f"asking daemon for {name}: {results[name].output}")


def _daemon_commands() -> dict[str, RemoteCommand]:
    """Return the commands that observe dockerd, by name."""
    return {
        "outcome": RemoteCommand(f"cat {OUTCOME_FILE}"),
        "units": RemoteCommand(unit.SHOW),
        **_LISTENING,
        **_PROXIES,
        "ps": RemoteCommand("ps -ww -C dockerd -o pid=,args="),
        "unit_files": RemoteCommand("systemctl cat docker.service docker.socket"),
        "journal": RemoteCommand(_EARLY + _JOURNAL),
        "local_doors": local_doors.COMMAND,
        "open_files": open_files.COMMAND,
        "open_accounts": open_accounts.COMMAND,
        "other_ways": other_ways.COMMAND,
        "raised_rights": raised_rights.COMMAND,
        "by_hand": RemoteCommand(f"cat {STATE_DIRECTORY}/by-hand.log 2>/dev/null"),
    }


def _idempotence_commands(case: Configuration) -> dict[str, RemoteCommand]:
    """Return the commands that apply the case again, and those that record what must not change.

    The latter run before (`files`) and after (`files_2`) the case is applied again.
    """
    paths = shlex.join(str(path) for path in case.files)
    stat = f"stat --format '%n %i %s %y %a' {paths}" if paths else "true"
    return {
        "files": RemoteCommand(stat),
        "process": RemoteCommand(_PROCESS),
        "starts": RemoteCommand(_STARTS),
        "again": RemoteCommand(f"sh {APPLY_SCRIPT} {CASE_DIRECTORY}", limit=180),
        "files_2": RemoteCommand(stat),
        "process_2": RemoteCommand(_PROCESS),
        "starts_2": RemoteCommand(_STARTS),
    }


def _parse_installed(output: Mapping[str, str], suffix: str) -> Installed:
    """Return what was installed, from the output of `_idempotence_commands`.

    It is empty if these did not run. `suffix` is empty for the first application, `_2` for the
    second.
    """
    files, process, starts = (
        output.get(name + suffix, "") for name in ("files", "process", "starts")
    )
    return Installed(files, process, _parse_count(starts))


def _parse_command(ps: str) -> str | None:
    """Return dockerd's command line, if it runs, from the output of `ps -o pid=,args=`."""
    lines = ps.strip().splitlines()
    return lines[0].split(None, 1)[1].strip() if lines else None


def _parse_outcome(result: CommandResult) -> Outcome:
    """Return the content of apply.sh's outcome file; raises HarnessError if it is incomplete."""
    lines = (line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    facts = dict(lines)
    try:
        return Outcome(
            daemon=facts["daemon"],
            restart_seconds=float(facts["restart_seconds"]),
            restart_exit_code=_parse_code(facts.get("restart_exit_code")),
            by_hand_exit_code=_parse_code(facts.get("by_hand_exit_code")),
        )
    except (KeyError, ValueError):
        raise HarnessError(f"apply.sh left no outcome on daemon: {result.output!r}") from None


def _parse_code(text: str | None) -> int | None:
    return None if text is None else int(text)


def _parse_count(text: str) -> int:
    return int(text.strip() or 0)

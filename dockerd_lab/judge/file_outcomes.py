"""Determines what became of each file of the input, and which program read it."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.nginx import directives
from dockerd_lab.config.paths import NFTABLES
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.script_commands import starts
from dockerd_lab.config.value import Place
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.unit_outcome import UnitOutcome, outcome_of_unit
from dockerd_lab.judge.verdict import InputFile
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.boot_preparation import kept_out_note
from dockerd_lab.standins.prepared import Prepared


def file_outcomes(
    prepared: Prepared, observation: Observation, judgement: Judgement
) -> list[InputFile]:
    """Return what became of each file and script of the input.

    There is none if it was not observed which files were read.
    """
    inputs = prepared.inputs
    if observation.daemon.files_read is None and inputs.origins:
        return []
    results = []
    for path in inputs.origins:
        where = inputs.user_path(Place(path))
        outcome = (
            _of_not_judged(path, judgement.not_judged)
            or _of_stand_in(path, prepared, observation)
            or _of_no_effect(path, where, judgement)
            or _of_docker_unit(path, observation)
            or _of_unit(path, observation)
            or _of_nftables(path, prepared, observation)
            or _of_proxy(path, prepared, observation)
            or _of_password_file(path, prepared, observation)
            or _of_file(path, observation)
        )
        results.append(
            InputFile(name=path, outcome=outcome.outcome, message=outcome.message, where=where)
        )
    results += _scripts(prepared, observation)
    skipped = "it was not installed: it is no file of a machine that the lab knows"
    results += [
        InputFile(name=name, outcome="without-effect", message=skipped) for name in inputs.ignored
    ]
    return results


def _of_not_judged(path: str, not_judged: Sequence[NotJudged]) -> UnitOutcome | None:
    names = {path, *units.unit_names([path])}
    # Of several files of a program that is not there, one is named.
    program_directory = path.split("/")[:3] if path.count("/") > 2 else None  # noqa: PLR2004
    for each in not_judged:
        if each.name in names or each.name.split("/")[:3] == program_directory:
            return UnitOutcome("not-judged", each.message)
    return None


def _of_stand_in(path: str, prepared: Prepared, observation: Observation) -> UnitOutcome | None:
    if path in prepared.configuration.credentials.daemon:
        return UnitOutcome("stood-in-for", "the lab has made another, whose key it has")
    note = kept_out_note(path)
    if note is None:
        note = next((n for n in prepared.boot.notes if n.startswith(f"{path}: ")), None)
        return UnitOutcome("stood-in-for", note) if note and observation.boot else None
    return UnitOutcome("stood-in-for", note)


def _of_no_effect(path: str, where: str | None, judgement: Judgement) -> UnitOutcome | None:
    name = PurePosixPath(path).name
    for each in judgement.no_effect:
        if each.where == where and each.setting == name:
            return UnitOutcome("without-effect", each.message)
    return None


def _of_docker_unit(path: str, observation: Observation) -> UnitOutcome | None:
    daemon = observation.daemon
    for unit, state in (("docker.service", daemon.service), ("docker.socket", daemon.socket)):
        if unit not in units.unit_names([path]):
            continue
        files = [file.removeprefix("/usr") for file in (state.fragment, *state.drop_ins)]
        if path.removeprefix("/usr") in files:
            if daemon.outcome.daemon == "unchanged":
                message = f"systemd refuses {unit} with it; the old daemon runs on"
                return UnitOutcome("without-effect", message)
            return UnitOutcome("in-effect", f"systemd has read it for {unit}")
        if state.load_state == "masked" or units.is_dependency(PurePosixPath(path)):
            return UnitOutcome("in-effect", f"systemd has read it for {unit}")
        return UnitOutcome("without-effect", f"systemd reads other files for {unit}")
    return None


def _of_unit(path: str, observation: Observation) -> UnitOutcome | None:
    states = observation.daemon.units
    names = units.unit_names([path])
    return outcome_of_unit(states[names[0]], states) if names and names[0] in states else None


def _of_nftables(path: str, prepared: Prepared, observation: Observation) -> UnitOutcome | None:
    """Return the outcome of nftables.conf if its unit runs, which reads it without a trace.

    It has ProtectSystem=full, and a file on a read-only filesystem keeps its time of access.
    """
    if path != NFTABLES:
        return None
    state = observation.daemon.services.get("nftables.service")
    if (state is not None and state.active) or starts("nftables", prepared.scripts.user_scripts):
        return UnitOutcome("in-effect", "nftables.service has read it")
    return None


def _of_proxy(path: str, prepared: Prepared, observation: Observation) -> UnitOutcome | None:
    """Return the outcome of a file of a proxy that runs: its unit may read as nftables' does."""
    reader = reader_of(path)
    for proxy in prepared.proxies:
        states = [observation.daemon.services.get(unit) for unit in proxy.services]
        is_active = bool(states) and all(state is not None and state.active for state in states)
        if reader is not None and reader.name == proxy.name and is_active:
            return UnitOutcome("in-effect", f"{', '.join(proxy.services)} runs with it")
    return None


def _of_password_file(
    path: str, prepared: Prepared, observation: Observation
) -> UnitOutcome | None:
    """Return the outcome of a file of passwords that nginx reads when somebody sends one."""
    for each in directives(prepared.inputs.texts, "auth_basic_user_file"):
        if each.path == path and each.file in (observation.daemon.files_read or ()):
            return UnitOutcome("in-effect", "nginx reads it whenever somebody logs in")
    return None


def _of_file(path: str, observation: Observation) -> UnitOutcome:
    reader = reader_of(path)
    name = "a program on the machine" if reader is None else reader.name
    if path in (observation.daemon.files_read or ()):
        return UnitOutcome("in-effect", f"{name} has read it")
    when = " at the boot" if reader is not None and reader.at_boot and observation.boot else ""
    return UnitOutcome("without-effect", f"nothing on the machine has read it{when}")


def _scripts(prepared: Prepared, observation: Observation) -> Iterator[InputFile]:
    code = observation.daemon.script_exit_code
    for name in prepared.scripts.script_names:
        message = "the lab ran it" + (f"; the exit code of the scripts is {code}" if code else "")
        yield InputFile(name=name, outcome="in-effect", message=message)

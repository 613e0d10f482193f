"""Predicts what a configuration does on one engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dockerd_lab.config.declared import COMMAND_PLACE, DeclaredConfig, read_config
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.paths import DAEMON_JSON, HOME, NGINX
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.lint import access, exposure_rules, failures, no_effect
from dockerd_lab.lint.access import Api
from dockerd_lab.lint.bridges import bridges
from dockerd_lab.lint.daemon_file import read_file
from dockerd_lab.lint.facts import EngineFacts
from dockerd_lab.lint.files import check_files
from dockerd_lab.lint.firewall import read_firewall
from dockerd_lab.lint.flags import Flags, read_flags
from dockerd_lab.lint.hosts import Directories, Door, metrics_door, read_hosts
from dockerd_lab.lint.notes import CLOSES, LISTENS, OPENS, STARTS, Notes
from dockerd_lab.lint.packaged import NO_UNITS, PROGRAMS, packaged_units
from dockerd_lab.lint.packets import Chain
from dockerd_lab.lint.prediction import (
    UNKNOWN,
    WHO,
    Doubt,
    PredictedListener,
    Prediction,
)
from dockerd_lab.lint.present import Present
from dockerd_lab.lint.scripts import check_scripts, read_scripts, started_by_hand
from dockerd_lab.lint.service import CommandLine, read_service
from dockerd_lab.lint.sockets import (
    CLOSED_GROUPS,
    OWNER,
    Sockets,
    opened_after_start,
    opened_by_others,
    read_sockets,
    starts_socket,
)
from dockerd_lab.lint.tls import NO_TLS, Tls, read_tls
from dockerd_lab.lint.values import check_values, settings

#: What follows for who gets in, if systemd refuses the unit.
_UNCHANGED = "systemd refuses the unit: the daemon from before, if there is one, keeps running"


@dataclass(frozen=True)
class _Dockerd:
    """What is known of the dockerd that the configuration starts."""

    command: CommandLine | None = None
    flags: Flags | None = None
    values: Mapping[str, Any] | None = None
    """Its settings by key, from its file and flags."""
    tls: Tls = NO_TLS
    doors: tuple[Door, ...] = ()
    metrics: Door | None = None
    """Where it shows its metrics."""
    activated: bool = False
    """Whether it takes systemd's sockets."""


def predict(
    inputs: Input, facts: EngineFacts, unit: str, own_units: Mapping[str, Path] = NO_UNITS
) -> Prediction:
    """Return what an input does on an engine with the packaged `unit`.

    `own_units` are the directories of the project's own units, by name. Raises BadInput if there is
    no such unit.
    """
    notes = Notes()
    scripts = read_scripts(inputs)
    by_hand = inputs.command or started_by_hand(scripts)
    declared = read_config(inputs.texts, by_hand)
    texts = {**packaged_units(unit, own_units), **inputs.texts}
    effects = check_scripts(scripts, notes, by_hand=by_hand is not None)
    present = Present(inputs, notes, effects.directories)
    sockets = Sockets() if by_hand is not None else read_sockets(texts, notes)
    if effects.closed and not starts_socket(texts):
        sockets = Sockets()
    sockets = opened_after_start(sockets, texts, notes)
    sockets = opened_by_others(sockets, inputs.texts, notes)
    dockerd = _read_dockerd(
        texts, by_hand, sockets, declared=declared, present=present, facts=facts
    )
    has_tcp = any(door.family != "unix" for door in (*dockerd.doors, *sockets.doors))
    has_tcp = has_tcp or dockerd.metrics is not None
    check_files(inputs, [declared.daemon_json.path], notes, has_tcp=has_tcp)
    chains = read_firewall(inputs, notes)
    apis = [
        *_own_apis(dockerd, sockets, present),
        *_proxy_apis(inputs, present),
        *(Api(door, "full-control", "full-control") for door in bridges(inputs.texts)),
    ]
    findings = exposure_rules.check_keys(inputs, declared, list(scripts.values()), notes)
    starts = _starts(dockerd, notes)
    if starts == "no" and effects.exhausts:
        notes.complain("docker.service: Start request repeated too quickly.")
    refused = any(each.refused for each in notes.failures)
    if refused and not inputs.complete:
        notes.doubt(_UNCHANGED, None, OPENS, CLOSES)
    if starts == "no":
        is_closed = effects.closed or effects.exhausts
        programs = ("dockerd", *((OWNER,) if is_closed else ()))
        apis = [api for api in apis if api.door.program not in programs]
        if any(api.door.family != "unix" or access.is_open(api.local_user) for api in apis):
            notes.doubt("what listens without dockerd behind it", None, OPENS, CLOSES)
    listeners = access.listeners_of(apis, chains, is_known=not notes.may_change)
    exposure = {
        who: access.overall(_levels_of(who, listeners, chains), notes, starts=starts) for who in WHO
    }
    if UNKNOWN in exposure.values() and starts == "yes" and not notes.is_open(OPENS):
        notes.doubt("whom the rules about addresses and interfaces let through", None, OPENS)
    certain = starts == "yes" and not notes.is_open(CLOSES)
    if starts != "no":
        findings += exposure_rules.check_apis(apis, dockerd.tls, sockets, chains, certain=certain)
    delay = exposure_rules.delay_seconds(dockerd.doors, dockerd.tls)
    findings += exposure_rules.check_delay(dockerd.doors, delay, starts=starts)
    errors, found = failures.explain_failures(notes, declared, certain=starts == "no")
    ignored: list[NoEffect] = []
    if starts == "yes" and dockerd.command is not None:
        hosts = [each.value.value for each in dockerd.doors]
        ignored = no_effect.find_no_effect(
            inputs,
            declared,
            dockerd.command.text,
            [api.door for api in apis],
            hosts=hosts,
            scripts=scripts,
        )
    return Prediction(
        engine=facts.engine,
        docker=facts.docker,
        measured=facts.measured,
        unit=unit,
        starts=starts,
        daemon=_state(starts, refused=refused),
        command=dockerd.command.text if dockerd.command is not None else None,
        findings=(*found, *findings),
        errors=tuple(errors),
        listeners=listeners,
        listeners_complete=starts != UNKNOWN and not notes.is_open(LISTENS),
        exposure=exposure,
        no_effect=tuple(ignored),
        delay_seconds=delay if starts != "no" else 0,
        assumed=tuple(dict.fromkeys(notes.assumed)),
        unknown=tuple(_doubts(notes)),
    )


def _read_dockerd(
    texts: Mapping[str, str],
    by_hand: DockerdCommand | None,
    sockets: Sockets,
    *,
    declared: DeclaredConfig,
    present: Present,
    facts: EngineFacts,
) -> _Dockerd:
    """Return what is known of dockerd, up to the first thing that it refuses."""
    notes = present.notes
    command = read_service(texts, notes) if by_hand is None else _by_hand(by_hand, present)
    flags = read_flags(command, facts, notes) if command is not None else None
    if command is None or flags is None:
        return _Dockerd(command)
    present.check_program(command.words[0], PROGRAMS, command.place)
    path = flags.last("config-file") or DAEMON_JSON
    if by_hand is not None:
        path = str(PurePosixPath(HOME) / path)
    if not path.startswith("/") or present.is_unreadable(path):
        notes.doubt(f"{path}, which dockerd reads, is not read here", command.place)
    file = read_file(path, present.inputs.texts.get(path), flags, facts, notes)
    if file is None:
        return _Dockerd(command, flags)
    values = settings(flags, file.values, facts)
    present.check_plugins(values.get("authorization-plugins"), Place(path))
    hosts = _hosts(values, declared, command.place)
    activated = any(host.value.startswith("fd://") for host in hosts)
    streams = None if by_hand is not None else sockets.doors
    directories = Directories(command.run_directories, present.directories)
    doors = read_hosts(hosts, streams, directories, facts, notes)
    present.check_addresses(doors)
    of_file = Place(path)
    tls = read_tls(flags, file.values, present, facts, notes, place=command.place, of_file=of_file)
    if facts.open_ended and not (tls.on and tls.verify):
        # The measured engines announce that they will refuse that one day.
        for door in (each for each in doors if each.family != "unix"):
            reason = f"whether dockerd {facts.docker} still takes TCP without client certificates"
            notes.doubt(reason, door.value.place)
    check_values(values, path, facts, notes)
    present.check_machine(values, place=of_file)
    metrics = None
    if address := values.get("metrics-addr"):
        metrics = metrics_door(Value(str(address), of_file), [*doors, *sockets.doors], notes)
    return _Dockerd(command, flags, values, tls, tuple(doors), metrics, activated)


def _by_hand(command: DockerdCommand, present: Present) -> CommandLine | None:
    place = Place(COMMAND_PLACE)
    if command.arguments is None:
        text = f"{' '.join(command.words)}: docker is the client, and starts no daemon"
        present.notes.doubt(text, place)
        return None
    if command.environment:
        present.notes.doubt("what the variables before dockerd change", place)
    return CommandLine(command.words, place)


def _hosts(values: Mapping[str, Any], declared: DeclaredConfig, place: Place) -> list[Value]:
    """Return dockerd's hosts, each with its place."""
    places = {host.value: host.place for host in declared.hosts}
    texts = [str(each) for each in values.get("hosts") or []]
    return [Value(text, places.get(text, place)) for text in texts or [""]]


def _own_apis(dockerd: _Dockerd, sockets: Sockets, present: Present) -> list[Api]:
    """Return what dockerd's listeners, and systemd's for it, ask of those who reach them."""
    notes, tls = present.notes, dockerd.tls
    stranger = "tls-required" if tls.on and tls.verify else "full-control"
    client = present.client_level(tls.authority) if tls.on and tls.verify else "full-control"
    apis = []
    for door in dockerd.doors:
        local = "refused"
        if door.family == "unix" and str((dockerd.values or {}).get("group", "")) not in (
            CLOSED_GROUPS
        ):
            notes.doubt("who is in the group of dockerd's socket", door.value.place, OPENS)
        apis.append(Api(door, stranger, client, local))
    for door in sockets.doors:
        if not dockerd.activated and (door.family != "unix" or sockets.open_to_all):
            reason = "a socket of systemd's that dockerd does not take: who gets what there"
            notes.doubt(reason, door.value.place, OPENS, CLOSES)
        local = "full-control" if sockets.open_to_all else "refused"
        apis.append(Api(door, stranger, client, local))
    if dockerd.metrics is not None:
        apis.append(Api(dockerd.metrics, "refused", "refused"))
    return apis


def _proxy_apis(inputs: Input, present: Present) -> list[Api]:
    if not any(path.startswith(f"{NGINX}/") for path in inputs.origins):
        return []
    # Imported here: most inputs have no nginx.
    from dockerd_lab.lint.proxies import read_proxies  # noqa: PLC0415

    apis = []
    for proxy in read_proxies(inputs.texts, inputs.origins, present.notes):
        client = proxy.level
        if proxy.authority:
            client = present.client_level(proxy.authority)
            client = proxy.level if client == "tls-required" else client
        elif proxy.level == "auth-required":
            client = UNKNOWN if inputs.complete else "auth-required"
        addresses = (proxy.addresses,) if proxy.addresses is not None else ()
        apis.append(Api(proxy.door, proxy.level, client, addresses=addresses))
    if apis:
        present.notes.assume("nginx runs, and is in group docker")
    return apis


def _starts(dockerd: _Dockerd, notes: Notes) -> Any:
    if notes.may_change:
        return UNKNOWN
    if notes.fails:
        return "no"
    return UNKNOWN if notes.is_open(STARTS) or dockerd.command is None else "yes"


def _state(starts: str, *, refused: bool) -> Any:
    if starts == "no":
        return "unchanged" if refused else "failed"
    return "active" if starts == "yes" else UNKNOWN


def _levels_of(
    who: str, listeners: Sequence[PredictedListener], chains: Sequence[Chain]
) -> list[str]:
    """Return what somebody gets at each listener; another machine reaches no unix socket."""
    levels = [
        each.levels[who] for each in listeners if each.family != "unix" or who == "local-user"
    ]
    return levels or ([] if who == "local-user" else [access.closed_port(who, chains)])


def _doubts(notes: Notes) -> list[Doubt]:
    """Return what is unknown, without repetitions."""
    doubts = {}
    for each in notes.unknown:
        for question in each.questions:
            if question == LISTENS:
                continue
            name: Any = "starts" if question == STARTS else "exposure"
            doubts[name, each.reason, each.place] = Doubt(name, each.reason, each.place)
    return list(doubts.values())

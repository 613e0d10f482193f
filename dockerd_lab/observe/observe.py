"""Asks the machines, after a case was applied, and makes an Observation of the answers."""

import secrets
import time
from collections.abc import Collection, Mapping
from types import MappingProxyType

from dockerd_lab.cases.model import Configuration
from dockerd_lab.config.nginx import location_paths, server_names
from dockerd_lab.machines.batch import connect, run_batch, run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.program import Program, started, threads
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.observe import exposure, nginx, remote
from dockerd_lab.observe.daemon import listeners_in, look, must_have_worked, what_listens
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.observation import Observation


def observe(
    fleet: Fleet,
    case: Configuration,
    subject: str,
    since: float,
    *,
    inspected: Inspection,
    check_idempotent: bool = False,
    tools: Collection[str] = (),
    shown: Mapping[str, str] = MappingProxyType({}),
    fix: Mapping[str, CommandResult] = MappingProxyType({}),
) -> Observation:
    """Look at all machines; `since` is when the snapshot was restored, in monotonic seconds.

    `subject` is what the observation is of: the engine and the case, as one word. `inspected` is
    looked at on `daemon` besides dockerd. With `check_idempotent` the case is applied a second
    time, without which `daemon.first_apply` and `daemon.second_apply` are empty. `tools` are those
    of observe/remote.py that are tried on `client`; with `run` not among them `containers` is
    empty.
    `shown` is what the case's commands printed that show the failure, and `fix` what mended it.

    What listens is found first, and everybody tries it at once. `daemon` is looked at while the
    tools are tried on `client`, or else meanwhile, and last of all for the container that `client`
    has started.
    """
    applied = time.monotonic() - since
    token = secrets.token_hex(16)
    version = fleet.settings.engine(fleet.engine).docker
    with connect(fleet.lab, fleet.root, "daemon") as asker, threads(2) as pool:
        found = what_listens(asker, token)
        trying = pool.submit(_everybody_tries, fleet, case, found, token)
        if tools or check_idempotent:  # what they change is not to be seen by those who try
            trying.result()
            looked = pool.submit(
                look, asker, case, inspected, version, check_idempotent=check_idempotent
            )
        else:
            looked = pool.submit(
                look,
                asker,
                case,
                inspected,
                version,
                check_idempotent=False,
                found=found,
                over=trying.result,
            )
        levels = trying.result()
        client = _tools(fleet, case, levels["client"], tools)
        daemon = looked.result()
        ran = "run" in tools and daemon.outcome.daemon == "active"
        containers = _containers(asker) if ran else ""
    return Observation(
        subject=subject,
        engine=fleet.engine,
        case=case.name,
        daemon=daemon,
        client=client,
        exposure=levels,
        shown=dict(shown),
        fix=dict(fix),
        containers=containers,
        seconds=time.monotonic() - since,
        apply_seconds=applied,
    )


def _tools(
    fleet: Fleet, case: Configuration, level: Exposure, tools: Collection[str]
) -> dict[str, CommandResult]:
    """What people's tools got on `client`."""
    asked = remote.questions(case.remote, silent=level.level == "filtered")
    wanted = {name: question for name, question in asked.items() if name in tools}
    return run_on(fleet.lab, fleet.root, "client", wanted) if wanted else {}


def _containers(program: Program) -> str:
    """The containers on `daemon`: name and image, one a line."""
    answers = run_batch(
        program, {"containers": RemoteCommand("docker ps --all --format '{{.Names}} {{.Image}}'")}
    )
    must_have_worked(answers, "containers")
    return answers["containers"].stdout


def _everybody_tries(
    fleet: Fleet, case: Configuration, found: Mapping[str, CommandResult], token: str
) -> dict[str, Exposure]:
    """How much everybody gets of what listens, by who it is; who reads the token is root there."""
    listening = listeners_in(found)
    read_by_nginx = nginx.texts(found["nginx"])
    names, prefixes = server_names(read_by_nginx), location_paths(read_by_nginx)
    declared = case.remote.host
    over_ssh = [declared] if declared.startswith("ssh://") else []
    elsewhere = exposure.from_elsewhere(listening, fleet.address, *over_ssh)
    here = exposure.from_here(listening)

    def measure(who: str, machine: str, user: str) -> Exposure:
        ways = exposure.by_name(here if machine == "daemon" else elsewhere, listening, names)
        with started(fleet.lab, fleet.root, machine, "probe", user) as program:
            answer = program.answer(
                exposure.asked(ways, prefixes),
                what=f"measuring the exposure of {who}",
                limit=exposure.PROBE_LIMIT,
            )
        return exposure.parse(who, answer, token)

    with threads(len(exposure.WHO)) as pool:
        everybody = [pool.submit(measure, who, *as_) for who, as_ in exposure.WHO.items()]
        levels = [measured.result() for measured in everybody]
    return {level.who: level for level in levels}

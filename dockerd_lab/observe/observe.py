"""Observes all machines after a case was applied, and returns an Observation."""

import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from dockerd_lab.cases.credentials import certificates_of_strangers
from dockerd_lab.cases.model import Configuration
from dockerd_lab.config import nginx as nginx_files
from dockerd_lab.config import proxies as proxy_files
from dockerd_lab.machines.batch import connect, run_batch, run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.program import Program, program_threads, start_program
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.observe import (
    client_tools,
    exposure,
    firewall_rules,
    nginx,
    probe_data,
    proxies,
)
from dockerd_lab.observe.daemon import (
    observe_daemon,
    parse_listeners,
    query_listeners,
    require_success,
)
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.firewall_approaches import approaches
from dockerd_lab.observe.forwarded_ports import forwarded_ports
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.nginx_tries import Tries, tries
from dockerd_lab.observe.observation import Boot, Observation
from dockerd_lab.observe.served_keys import served_keys
from dockerd_lab.observe.targets import (
    Targets,
    container_bridges,
    container_targets,
    local_targets,
    remote_targets,
    swarm_ports,
    tcp_ports,
)
from dockerd_lab.observe.untried_rules import untried_rules


def observe(
    fleet: Fleet,
    case: Configuration,
    subject: str,
    since: float,
    *,
    inspected: Inspection,
    check_idempotent: bool = False,
    tools: Collection[str] = (),
    show_output: Mapping[str, str] = MappingProxyType({}),
    fix: Mapping[str, CommandResult] = MappingProxyType({}),
    boot: Boot | None = None,
) -> Observation:
    """Observe all machines; `since` is when the snapshot was restored, in monotonic seconds.

    - `subject` names the observation: the engine and the case, as one word.
    - `inspected` says what to observe on `daemon` besides dockerd.
    - `check_idempotent` applies the case a second time. Otherwise `daemon.first_apply` and
      `daemon.second_apply` are empty.
    - `tools` are the tools of observe/client_tools.py to run on `client`. Without `run`,
      `containers` is empty.
    - `show_output` and `fix` are the output of the case's show scripts and the results of its fix
      scripts.
    - `boot` is the boot before this observation.

    The listeners are read first, then the exposure is measured from everywhere at once. `daemon`
    is observed while the tools run on `client`; without tools, while the exposure is measured. The
    containers are listed last.
    """
    apply_seconds = time.monotonic() - since
    token = secrets.token_hex(16)
    version = fleet.settings.engine(fleet.engine).docker
    with connect(fleet.lab, fleet.project, "daemon") as program, program_threads(2) as pool:
        listener_results = query_listeners(program, token, inspected.files)
        in_nginx = _nginx_tries(fleet, program, listener_results)
        measurement = pool.submit(
            _measure_everybody, fleet, case, listener_results, token, in_nginx=in_nginx
        )
        if tools or check_idempotent:  # these change the daemon, so the probes must end first
            measurement.result()
            daemon_observation = pool.submit(
                observe_daemon, program, case, inspected, version, check_idempotent=check_idempotent
            )
        else:
            daemon_observation = pool.submit(
                observe_daemon,
                program,
                case,
                inspected,
                version,
                check_idempotent=False,
                earlier_results=listener_results,
                wait_for_probes=measurement.result,
            )
        exposures = measurement.result()
        client = _run_tools(fleet, case, exposures["client"], tools)
        daemon = daemon_observation.result()
        has_container = "run" in tools and daemon.outcome.daemon == "active"
        containers = _list_containers(program) if has_container else ""
    return Observation(
        subject=subject,
        engine=fleet.engine,
        case=case.name,
        daemon=daemon,
        client=client,
        exposure=exposures,
        show_output=dict(show_output),
        fix=dict(fix),
        containers=containers,
        seconds=time.monotonic() - since,
        apply_seconds=apply_seconds,
        untried_conditions=in_nginx.untried,
        boot=boot,
        untried_rules=_untried_rules(fleet, listener_results),
    )


def _listeners(results: Mapping[str, CommandResult]) -> list[Listener]:
    """Return the listeners, and the ports that the firewall leads to one."""
    return [*parse_listeners(results), *forwarded_ports(results["rules"].stdout)]


def _approaches(fleet: Fleet, results: Mapping[str, CommandResult]) -> list[str]:
    """Return from where, and how, the rules of the firewall may let a stranger in."""
    addresses = {name: str(each.address) for name, each in fleet.settings.machines.items()}
    stranger = addresses.pop("outsider")
    output = results["rules"].stdout
    network = str(fleet.settings.network)
    return approaches(firewall_rules.parse(output), output, network, stranger, addresses.values())


def _untried_rules(fleet: Fleet, results: Mapping[str, CommandResult]) -> list[str]:
    """Return the rules of the firewall that may let in somebody as whom nobody tried."""
    client = str(fleet.settings.machines.client.address)
    rules = firewall_rules.parse(results["rules"].stdout)
    return untried_rules(rules, tcp_ports(_listeners(results)), [client])


def _run_tools(
    fleet: Fleet, case: Configuration, client_exposure: Exposure, tools: Collection[str]
) -> dict[str, CommandResult]:
    """Run the tools on `client`, and return their results by name."""
    commands = client_tools.tool_commands(case.remote, silent=client_exposure.level == "filtered")
    selected = {name: command for name, command in commands.items() if name in tools}
    where = (fleet.lab, fleet.project, "client")
    return run_on(*where, selected, leaves_nothing=True) if selected else {}


def _list_containers(program: Program) -> str:
    """Return the containers on `daemon`: a name and an image on each line."""
    command = "docker ps --all --format '{{.Names}} {{.Image}}'"
    command += f" | sed '/^{probe_data.OBJECT} /d'"
    results = run_batch(program, {"containers": RemoteCommand(command)})
    require_success(results, "containers")
    return results["containers"].stdout


def _nginx_tries(
    fleet: Fleet, program: Program, listener_results: Mapping[str, CommandResult]
) -> Tries:
    """Return what to try in nginx, besides what is tried everywhere."""
    backends = [
        listener.address
        for listener in parse_listeners(listener_results)
        if listener.program not in ("nginx", "sshd")
    ]
    dump = listener_results["nginx"].stdout
    derived = tries(dump, backends, _addresses(fleet))
    return replace(derived, served=served_keys(program, dump))


def _addresses(fleet: Fleet) -> dict[str, str]:
    """Return the addresses that are filled into requests, by their names there."""
    client = str(fleet.settings.machines.client.address)
    return {"client": client, "address": fleet.address}


def _measure_everybody(
    fleet: Fleet,
    case: Configuration,
    listener_results: Mapping[str, CommandResult],
    token: str,
    *,
    in_nginx: Tries,
) -> dict[str, Exposure]:
    """Measure the access to the listeners of everybody in exposure.WHO; return it by who it is.

    Whoever can read the token is root on `daemon`. `in_nginx` is what to try there.
    """
    listeners = _listeners(listener_results)
    nginx_texts = nginx.texts(listener_results["nginx"])
    proxy_texts = proxies.texts(listener_results["proxies"])
    names = [*in_nginx.names, *proxy_files.server_names(proxy_texts)]
    prefixes = [*in_nginx.prefixes, *([path] for path in proxy_files.path_prefixes(proxy_texts))]
    of_proxies = proxy_files.request_fields(proxy_texts)
    fields = {
        kind: list(dict.fromkeys([*read, *of_proxies[kind]]))
        for kind, read in nginx_files.request_fields({**nginx_texts, **proxy_texts}).items()
    }
    host = case.remote.host
    ssh_targets = [host] if host.startswith("ssh://") else []
    addressing = (listeners, fleet.address, listener_results["addresses"].stdout)
    targets: dict[str, dict[str, Targets]] = {
        "client": {"": remote_targets(*addressing, *ssh_targets)},
        "outsider": {
            "": remote_targets(*addressing, *ssh_targets).with_approaches(
                _approaches(fleet, listener_results)
            )
        },
        "local-user": {"": local_targets(*addressing)},
        "container": {
            bridge: container_targets(*addressing, bridge)
            for bridge in container_bridges(listener_results["bridges"].stdout, addressing[2])
        },
    }
    usual = probe_data.bypasses(fleet.project.data, _addresses(fleet), fields)
    requests = {
        "bypasses": [*in_nginx.ways, *usual],
        "changes": probe_data.changes(fleet.project.data),
        "certificates": {**certificates_of_strangers(), **in_nginx.certificates},
        "leading": in_nginx.leading,
        "served": in_nginx.served,
        "limit": in_nginx.limit,
        "streams": in_nginx.streams,
    }

    def measure(who: str, machine: str, user: str) -> Exposure:
        if not targets[who]:
            return Exposure(who, [])
        answers = {}
        where = (fleet.lab, fleet.project, machine)
        with start_program(*where, "probe", user, leaves_nothing=machine != "daemon") as program:
            for bridge, each in targets[who].items():
                own_targets = each.with_server_names(listeners, names)
                answers[bridge] = program.answer(
                    exposure.probe_request(own_targets, prefixes, bridge, **requests),
                    what=f"measuring the exposure of {who}",
                    limit=exposure.PROBE_LIMIT,
                )
        return exposure.parse_probe_answers(who, answers, token, swarm_ports(listeners))

    with program_threads(len(exposure.WHO)) as pool:
        futures = [pool.submit(measure, who, *account) for who, account in exposure.WHO.items()]
        exposures = [future.result() for future in futures]
    return exposure.settle_absent_backends({each.who: each for each in exposures})

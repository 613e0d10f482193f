"""Observations as the machines would give them, for tests that need no machine."""

import json

from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Observation, Outcome
from dockerd_lab.observe.unit import Unit

STOCK = "/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock"
SOCKET = Listener("unix", "/run/docker.sock", "init")
OPEN = Listener("tcp6", ":::2375", "dockerd")
CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following"
    " directives are specified both as a flag and in the configuration file: hosts: (from flag:"
    " [fd://], from file: [tcp://0.0.0.0:2375])"
)


def answer(stdout="", exit_code=0):
    return CommandResult("$", exit_code, stdout, "", 0.1)


def observation(
    *,
    engine="debian-12",
    daemon="active",
    command=STOCK,
    hosts=("fd://",),
    listeners=(SOCKET,),
    log=(),
    client="refused",
    outsider="refused",
    local_user="refused",
    container="refused",
    **more,
):
    """An observation; `log` is what dockerd printed, `more` are fields of DaemonObservation."""
    unit = Unit("active", "running", "loaded", 7, "/x", 1_000_000, 9_000_000)
    levels = {"client": client, "outsider": outsider, "local-user": local_user}
    levels["container"] = container
    daemon_observation = DaemonObservation(
        outcome=Outcome(daemon, 9.0, 0 if daemon == "active" else 1, None),
        service=unit,
        socket=unit,
        listeners=list(listeners),
        command=None if daemon == "failed" and command == STOCK else command,
        hosts=list(hosts),
        journal=[Entry(float(i), "dockerd", line, "", "", "") for i, line in enumerate(log)],
        by_hand="",
        first_apply=Installed("", "", 1),
        second_apply=Installed("", "", 1),
        **more,
    )
    ways = {
        who: Exposure(who, [Attempt("tcp://a:1", lv, "why", 0.5)]) for who, lv in levels.items()
    }
    return Observation(f"{engine}/x", engine, "x", daemon_observation, {}, ways, {}, {}, "", 12.0)


def failed(log=(CONFLICT,), **more):
    """One of a daemon that does not start, because of a conflict unless `log` says otherwise."""
    return observation(daemon="failed", hosts=(), log=log, **more)


def opened(**more):
    """One of a daemon that is open to everybody."""
    everybody = ("client", "outsider", "local_user", "container")
    open_to_all = dict.fromkeys(everybody, "full-control")
    open_to_all["command"] = "/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375"
    open_to_all["hosts"] = ("fd://", "tcp://0.0.0.0:2375")
    return observation(listeners=(SOCKET, OPEN), **{**open_to_all, **more})


def tree(root, **files):
    """A directory with files, by their paths with `__` for `/`; dictionaries become JSON."""
    for name, content in files.items():
        write(root / name.replace("__", "/"), content)
    return root


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) if isinstance(content, dict) else content)
    return path


def with_everything():
    """An observation with something in every place."""
    unit = Unit("active", "running", "loaded", 7, "/x", 1_000_000, 9_000_000)
    names = ("tcp", "unix", "nginx", "unit_files", "units", "daemon_json", "outcome")
    entries = [
        Entry(0.0, "dockerd", "first", "", "", ""),
        Entry(1.0, "systemd", "exited", PROCESS_EXITED, "1", ""),
        Entry(2.0, "systemd", "exited again", PROCESS_EXITED, "2", ""),
        Entry(3.0, "systemd", "failed", UNIT_FAILED, "", "exit-code"),
    ]
    daemon = DaemonObservation(
        outcome=Outcome("active", 9.5, 0, None),
        service=unit,
        socket=unit,
        listeners=[Listener("tcp6", ":::2375", "dockerd")],
        command="dockerd",
        hosts=[],
        journal=entries,
        by_hand="by hand",
        first_apply=Installed("", "", 1),
        second_apply=Installed("", "", 1),
        raw={name: answer(f"raw {name}") for name in names},
    )
    levels = {"client": "full-control", "outsider": "full-control", "local-user": "refused"}
    exposure = {who: Exposure(who, [Attempt("tcp://a:1", lv, "why")]) for who, lv in levels.items()}
    tools = {"ping": answer("OK"), "containers": answer("[]")}
    return Observation(
        "debian-12/x", "debian-12", "methods/x", daemon, tools, exposure, {}, {}, "", 20.0
    )

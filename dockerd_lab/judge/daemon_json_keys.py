"""Finds keys of daemon.json that dockerd accepts and ignores."""

from collections import Counter
from collections.abc import Iterator

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

#: Flags whose key in daemon.json has another name. dockerd accepts the flag's name there, too, but
#: ignores it.
KEY_OF_FLAG = {
    "add-runtime": "runtimes",
    "authorization-plugin": "authorization-plugins",
    "cluster-store-opt": "cluster-store-opts",
    "default-address-pool": "default-address-pools",
    "default-ulimit": "default-ulimits",
    "dns-opt": "dns-opts",
    "exec-opt": "exec-opts",
    "host": "hosts",
    "insecure-registry": "insecure-registries",
    "label": "labels",
    "log-opt": "log-opts",
    "node-generic-resource": "node-generic-resources",
    "registry-mirror": "registry-mirrors",
    "storage-opt": "storage-opts",
}
#: Keys that Docker Desktop writes into its own daemon.json.
_DESKTOP = ("builder", "experimental", "features")


def find_flag_names(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    """Yield the keys that have a flag's name, where daemon.json has another one."""
    for key in declared.daemon_json.values:
        if key in KEY_OF_FLAG:
            yield no_effect(
                inputs,
                key,
                f"{key} is the flag's name; in daemon.json it is accepted and ignored",
                f"Call it {KEY_OF_FLAG[key]}.",
                declared.daemon_json.place_of_key(key),
            )


def find_repeated_keys(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    """Yield the keys that daemon.json has more than once: dockerd uses the last one."""
    for key, count in Counter(declared.daemon_json.keys).items():
        # Go's encoding/json merges objects, and keeps the last of any other values.
        if count > 1 and not isinstance(declared.daemon_json.values[key], dict):
            message = f"{key} is in the file more than once: the last counts"
            yield no_effect(
                inputs, key, message, "Keep one.", declared.daemon_json.place_of_key(key)
            )


def docker_desktop_notes(declared: DeclaredConfig) -> list[str]:
    """Return a note if daemon.json looks like Docker Desktop's and sets `hosts`."""
    if "hosts" in declared.daemon_json.values and all(
        key in declared.daemon_json.values for key in _DESKTOP
    ):
        return ["hosts: Docker Desktop for Windows or Mac does not support it in daemon.json"]
    return []

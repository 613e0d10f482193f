"""Measures what an engine's own dockerd accepts: its flags, and the keys of daemon.json.

    mmdebstrap --variant=extract --include=docker.io SUITE ROOT
    for i in bin lib lib64 sbin; do [ -e ROOT/$i ] || ln -s usr/$i ROOT/$i; done
    python benchmarks/facts.py ENGINE ROOT

writes dockerd_lab/lint/facts/ENGINE.json, for an engine of lab.yaml. ROOT is
a Debian system that need not boot; root is required, to enter it. dockerd runs there as nobody and
without a network: it reads its configuration, and then ends, since it needs root to start.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dockerd_lab.project import LINT_FACTS, find_project
from dockerd_lab.settings import load_settings

#: An engine's answer takes milliseconds; one that starts in earnest is a mistake here.
LIMIT = 30
#: Keys of daemon.json, in any version, that are no flag's name.
KEYS = """
    allow-direct-routing allow-nondistributable-artifacts authorization-plugins bip6 builder
    cdi-spec-dirs cluster-advertise cluster-store cluster-store-opts default-address-pools
    default-network-opts default-ulimits deprecated-key-path dns-opts exec-opts features graph
    host-gateway-ips hosts insecure-registries labels log-opts min-api-version
    node-generic-resources proxies registry-mirrors resolv-conf runtimes storage-opts
"""
#: Flags, in any version, that --help does not show.
HIDDEN = """
    cluster-advertise cluster-store cluster-store-opt config-file cpu-rt-period cpu-rt-runtime
    cri-containerd default-init deprecated-key-path experimental graph init-path iptables-legacy
    network-diagnostic-port oom-score-adjust raw-logs restart rootless swarm-raft-election-tick
    swarm-raft-heartbeat-tick userland-proxy-path
"""
HIDDEN_SHORTS = {"g": "graph", "h": "help", "r": "restart"}
#: A value of each kind of JSON. The key in the object is none of dockerd's.
VALUES = {"string": "x", "number": 1.5, "boolean": True, "object": {"x-lab": 1}}
#: Valid values of flags that check theirs; of any other, `x`, or 1 for a number.
SAMPLES = {
    "add-runtime": "x=/y",
    "cluster-store-opt": "a=b",
    "default-address-pool": "base=10.0.0.0/8,size=24",
    "default-gateway": "10.0.0.1",
    "default-gateway-v6": "fd00::1",
    "default-network-opt": "bridge=a=b",
    "default-shm-size": "64M",
    "default-ulimit": "nofile=1:2",
    "dns": "10.0.0.1",
    "dns-search": "a.b",
    "exec-opt": "native.cgroupdriver=cgroupfs",
    "host": "unix:///run/x.sock",
    "host-gateway-ip": "10.0.0.1",
    "ip": "10.0.0.1",
    "label": "a=b",
    "log-format": "json",
    "log-level": "info",
    "log-opt": "a=b",
    "node-generic-resource": "a=b",
    "registry-mirror": "https://a/",
    "storage-opt": "a=b",
}
_FLAG = re.compile(r"^ {2}(?:-(\w), |    )--([\w-]+)(?: (\w+))?(?: {2,}|$)", re.MULTILINE)
_UNKNOWN = "don't match any configuration option: "
_TYPE = re.compile(
    r"cannot unmarshal \w+(?: \S+)? into Go (?:struct field \S+|value) of type (\S+?):?(?:\s|$)"
)


class Engine:
    """dockerd of an unpacked system."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str) -> str:
        """Return what dockerd prints with these arguments."""
        argv = ["unshare", "--net", "--ipc", "--uts", "chroot", "--userspec=65534:65534"]
        argv += ["--groups=65534", self.root, "/usr/sbin/dockerd", *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT, check=False)
        return done.stdout + done.stderr

    def read(self, name: str, content: bytes, *arguments: str) -> str:
        """Return what dockerd prints with a daemon.json of this content; `name` tells it apart."""
        file = self.root / f"tmp/{name}.json"
        file.write_bytes(content)
        try:
            return self.run("--config-file", f"/tmp/{name}.json", *arguments)  # noqa: S108
        finally:
            file.unlink()


def flags(engine: Engine) -> dict[str, dict[str, str]]:
    """Return dockerd's flags by name: the short form, and the type that --help has for it."""
    result = {}
    for short, name, kind in _FLAG.findall(engine.run("--help")):
        result[name] = {"type": kind or "bool"} | ({"short": short} if short else {})
    return dict(sorted(result.items()))


def hidden_flags(engine: Engine) -> dict[str, dict[str, str]]:
    """Return what --help does not show of flags: whether they take a value, and short forms."""
    result = {"help": {"type": "bool"}}
    for name in HIDDEN.split():
        output = engine.run(f"--{name}")
        if "unknown flag" not in output:
            result[name] = {"type": "string" if "needs an argument" in output else "bool"}
    for short, name in HIDDEN_SHORTS.items():
        if name in result and "unknown shorthand" not in engine.run(f"-{short}"):
            result[name]["short"] = short
    return result


def key(engine: Engine, name: str) -> dict[str, object] | None:
    """Return the Go type of a key's value; None if dockerd does not know the key.

    `ignored` is a key that takes any value: it is a flag's name, and no key.
    """
    types, refused, result = [], False, {}
    for kind, value in VALUES.items():
        output = engine.read(f"{name}-{kind}", json.dumps({name: value}).encode())
        if _UNKNOWN in output:
            if kind != "object" or f"{_UNKNOWN}{name}" in output:
                return None
            result["nested"] = True  # the keys in it are read as if they stood outside
            continue
        types += _TYPE.findall(output)
        refused = refused or "unable to configure" in output
    result["type"] = types[0] if types else "own" if refused else "ignored"
    return dict(sorted(result.items(), reverse=True))


def conflict(engine: Engine, flag: str, kind: str) -> str | None:
    """Return the key with which a flag conflicts; None if there is none.

    Whether a flag and a key conflict is checked before the key's type.
    """
    value = SAMPLES.get(flag, "1" if re.fullmatch(r"u?int\w*", kind) else "x")
    argument = f"--{flag}" if kind == "bool" else f"--{flag}={value}"
    for name in (flag, f"{flag}s", re.sub("y$", "ies", flag)):
        output = engine.read(f"{flag}-{name}", json.dumps({name: value}).encode(), argument)
        if f"{name}: (from flag: " in output:
            return name
    return None


def file_rules(engine: Engine) -> dict[str, bool]:
    """Return what dockerd thinks of a daemon.json that is not quite JSON."""
    texts = {
        "accepts_bom": b'\xef\xbb\xbf{"debug": true}',
        "accepts_empty": b"",
        "accepts_text_after": b'{"debug": true} x',
        "accepts_array": b"[]",
        "accepts_null": b"null",
    }
    return {
        rule: "unable to configure" not in engine.read(rule, text) for rule, text in texts.items()
    }


def measure(engine: Engine, docker: str) -> dict[str, object]:
    """Return all facts about an engine."""
    hidden, documented = hidden_flags(engine), flags(engine)
    names = sorted({*hidden, *documented})
    found = {name: hidden.get(name, {}) | documented.get(name, {}) for name in names}
    names = sorted({*found, *KEYS.split()})
    with ThreadPoolExecutor(2) as pool:
        keys = dict(zip(names, pool.map(lambda name: key(engine, name), names), strict=True))
        conflicts = pool.map(lambda item: conflict(engine, item[0], item[1]["type"]), found.items())
        for flag, name in zip(found, conflicts, strict=True):
            if name is not None:
                found[flag]["key"] = name
    return {
        "docker": docker,
        "from": f"measured: {engine.run('--version').strip()}",
        "file": file_rules(engine),
        "flags": found,
        "keys": {name: value for name, value in keys.items() if value is not None},
    }


def lines(facts: dict[str, object]) -> Iterator[str]:
    """Yield the lines of the file: one for each flag and each key."""
    for name, value in facts.items():
        end = "" if name == list(facts)[-1] else ","
        if name not in ("flags", "keys"):
            yield f" {json.dumps(name)}: {json.dumps(value)}{end}"
            continue
        yield f" {json.dumps(name)}: {{"
        entries = [f"  {json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()]  # type: ignore[attr-defined]
        yield ",\n".join(entries)
        yield f" }}{end}"


def main(name: str, root: str) -> None:
    """Measure an engine, and write its facts."""
    docker = load_settings(find_project()).engine(name).docker
    text = "\n".join(["{", *lines(measure(Engine(Path(root)), docker)), "}\n"])
    (LINT_FACTS / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

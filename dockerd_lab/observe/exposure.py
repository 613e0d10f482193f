"""Measures how much access to the daemon a machine gets; provision/probe.py tries it there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from dockerd_lab.errors import HarnessError
from dockerd_lab.levels import LEVELS
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.observe.targets import BRIDGE, Targets, port_of
from dockerd_lab.redaction.redact import redacted

#: On `daemon`, mode 0600: whoever can read it is root there.
TOKEN_FILE = "/root/dockerd-lab-token"  # noqa: S105  (a path)
#: The end of the evidence of a proxy whose backend has not answered (provision/backend.py).
_ABSENT = "what stands behind it does not answer"
#: The levels at which an answer has come from the daemon.
_SHOWS_DAEMON = ("read-only", "writes", "full-control")
#: Seconds a probe may take: it starts a container on an emulated machine, beside other probes.
PROBE_LIMIT = 300
#: Who tries to reach the daemon: the machine, and the user on that machine.
WHO = {
    "client": ("client", "root"),
    "outsider": ("outsider", "root"),
    "local-user": ("daemon", "nobody"),
    "container": ("daemon", "root"),  # which enters a namespace and becomes nobody
}


@dataclass(frozen=True)
class Attempt:
    """One target that was tried from one machine, and the level of access that it gave."""

    target: str
    level: str
    evidence: str
    seconds: float = 0.0
    """How long the attempt took."""
    limited: int = 0
    """How many requests got no other answer than that somebody asks too often."""
    bridge: str = ""
    """The bridge of the container that tried it, if it is not docker0."""

    @property
    def place(self) -> str:
        """Return the target, and from where it was tried if that matters."""
        return f"{self.target} from {self.bridge}" if self.bridge else self.target

    @property
    def lacks_backend(self) -> bool:
        """Return whether a proxy has answered that nothing behind it answers."""
        return self.level == "unclear" and self.evidence.endswith(_ABSENT)

    def __str__(self) -> str:
        return f"{self.place}: {self.level} ({self.evidence})"


@dataclass(frozen=True)
class Exposure:
    """The access to the daemon that a machine, or somebody on `daemon`, gets."""

    who: str
    attempts: list[Attempt]

    @property
    def best(self) -> Attempt:
        """Return the attempt with the highest level; an unclear level counts as the highest."""
        if not self.attempts:
            return Attempt("nothing", "refused", "there is no network for containers")
        return max(self.attempts, key=lambda attempt: rank(attempt.level))

    @property
    def level(self) -> str:
        """Return the level of the best attempt."""
        return self.best.level


def rank(level: str) -> int:
    """Return the rank of a level; an unclear level ranks highest, so that nobody overlooks it."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def write_token(token: str) -> RemoteCommand:
    """Return the command that writes this observation's token to TOKEN_FILE."""
    return RemoteCommand(f"umask 077; echo {token} >{TOKEN_FILE}")


def probe_request(
    targets: Targets, prefixes: Iterable[list[str]] = (), bridge: str = "", **requests: Any
) -> dict[str, Any]:
    """Return the line for probe.py.

    - `prefixes` are paths below which the API may be, in groups that are guarded alike.
    - `bridge` is the bridge of the containers, if it is measured from a container.
    - `requests` are `bypasses` and `changes` of probe_data.py, the `certificates` they name, the
      paths of `served` keys, and `leading`, `limit` and `streams` of nginx_tries.py.
    """
    return {
        "targets": targets.first,
        "further": targets.further,
        "token_file": TOKEN_FILE,
        "prefixes": list(prefixes),
        "bridge": bridge,
        **{
            "bypasses": [],
            "changes": [],
            "certificates": {},
            "leading": [],
            "served": [],
            "limit": {},
            "streams": [],
        },
        **requests,
    }


def parse_probe_answer(
    who: str, answer: Any, token: str, swarm_ports: Mapping[str, str] = MappingProxyType({})
) -> Exposure:
    """Return the exposure from a probe's answer; raises HarnessError if the answer is malformed.

    - The level `full-control` needs the right token as proof. Without it the level is `unclear`.
    - `swarm_ports` are the ports at which dockerd serves a swarm, and what it serves there: there
      an unknown protocol is not unclear.
    """
    try:
        attempts = [_parse_attempt(entry, token, swarm_ports) for entry in answer]
    except (ValueError, KeyError, TypeError):
        raise HarnessError(f"measuring the exposure of {who}: {redacted(answer)!r:.500}") from None
    return Exposure(who, attempts)


def parse_probe_answers(
    who: str, answers: Mapping[str, Any], token: str, swarm_ports: Mapping[str, str]
) -> Exposure:
    """Return the exposure from a probe's answers, one for each bridge where it was measured.

    The rest is as in `parse_probe_answer`.
    """
    attempts = [
        replace(attempt, bridge="" if bridge == BRIDGE else bridge)
        for bridge, answer in answers.items()
        for attempt in parse_probe_answer(who, answer, token, swarm_ports).attempts
    ]
    return Exposure(who, attempts)


def settle_absent_backends(levels: Mapping[str, Exposure]) -> dict[str, Exposure]:
    """Return the exposure of all, by who it is, with what one of them shows of the others' targets.

    A proxy that says to somebody that nothing behind it answers has refused that, if somebody else
    reaches the daemon at the same port.
    """
    reached = {
        port_of(attempt.target): who
        for who, exposure in levels.items()
        for attempt in exposure.attempts
        if attempt.level in _SHOWS_DAEMON
    }

    def settle(attempt: Attempt) -> Attempt:
        who = reached.get(port_of(attempt.target))
        if who is None or not attempt.lacks_backend:
            return attempt
        evidence = f"{attempt.evidence.removesuffix(_ABSENT)}and {who} reaches the daemon there"
        return replace(attempt, level="refused", evidence=evidence)

    return {
        who: Exposure(who, [settle(attempt) for attempt in exposure.attempts])
        for who, exposure in levels.items()
    }


def _parse_attempt(entry: dict[str, Any], token: str, swarm_ports: Mapping[str, str]) -> Attempt:
    level, evidence = entry["level"], entry["evidence"]
    port = port_of(entry["target"])
    if level == "full-control" and entry["output"] != token:
        level, evidence = "unclear", f"a container ran, but read {entry['output']!r}"
    elif level == "unclear" and port in swarm_ports:
        level, evidence = "refused", f"{swarm_ports[port]}: {evidence}"
    seconds, limited = float(entry.get("seconds", 0.0)), int(entry.get("limited", 0))
    return Attempt(entry["target"], level, evidence, seconds, limited)

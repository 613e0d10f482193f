"""Writes the commands with which anybody can repeat what was seen of an engine."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Proof, Report, Result
from dockerd_lab.observe.exposure import TOKEN_FILE, rank

#: The machine on which somebody stands.
_MACHINES = {"client": "client", "outsider": "outsider"}
_REACHED = ("read-only", "writes", "full-control")


@dataclass(frozen=True)
class Command:
    """A command line, the machine to type it on, and what came of it."""

    machine: str
    line: str
    result: str


def repeat_line(report: Report, result: Result) -> str:
    """Return the command line that tries a configuration on one engine again."""
    line = report.repeat or f"dockerd-lab validate {shlex.quote(report.case)}"
    return line if "--engine" in line else f"{line} --engine {shlex.quote(result.engine)}"


def commands(result: Result) -> list[Command]:
    """Return a command for everybody who tried: at the target that gave the most."""
    best: dict[str, Proof] = {}
    proofs = [*result.proofs, *(result.after_boot.proofs if result.after_boot else [])]
    for proof in proofs:
        if proof.who not in best or rank(proof.level) > rank(best[proof.who].level):
            best[proof.who] = proof
    return [each for proof in best.values() for each in _commands(proof, proofs)]


def _commands(proof: Proof, proofs: Sequence[Proof]) -> Iterator[Command]:
    target, _, way = proof.target.partition(" ")
    machine = _MACHINES.get(proof.who, "daemon")
    user = "sudo -u nobody " if proof.who == "local-user" else ""
    comment = f"{proof.level}, {way}" if way else proof.level
    if proof.who == "container":
        url = target.replace("tcp://", "http://", 1)
        line = f"docker run --rm busybox wget -qO- -T 5 {shlex.quote(f'{url}/_ping')}"
        yield Command(machine, line, comment)
    elif target.startswith("tcp://") and proof.level not in _REACHED:
        scheme = "-k https" if proof.level == "tls-required" else "http"
        url = f"{scheme}://{target.removeprefix('tcp://')}/_ping"
        option, _, quoted = url.rpartition(" ")
        words = " ".join(filter(None, (option, shlex.quote(quoted))))
        yield Command(machine, f"{user}curl -i --max-time 5 {words}", comment)
    else:
        tls = " --tlsverify" if _wants_certificate(target, proofs) else ""
        docker = f"{user}docker{tls} -H {shlex.quote(target)}"
        yield Command(machine, f"{docker} ps", comment)
        if proof.level == "full-control":
            reads = f"run --rm -v /:/host busybox cat /host{TOKEN_FILE}"
            yield Command(machine, f"{docker} {reads}", "a file that root alone can read")


def _wants_certificate(target: str, proofs: Sequence[Proof]) -> bool:
    """Return whether somebody without a certificate was refused at the same port."""
    port = target.rpartition(":")[2]
    return target.startswith("tcp://") and any(
        proof.level == "tls-required" and proof.target.partition(" ")[0].rpartition(":")[2] == port
        for proof in proofs
    )

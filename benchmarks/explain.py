"""How fast `dockerd-lab explain` reads what is pasted, and how much memory it takes.

    ./bootstrap python benchmarks/explain.py [MB]

Generates logs in a temporary directory and prints for each the CPU seconds of the whole command
(user and system: other programs of the computer do not count), its peak memory and what it found:
one line; 5 MB in which every line matches, with and without a number before it; 1 MB of lines that
nearly are a known error, three kinds; a journal of mixed units (100 MB unless told otherwise) with
a conflict in its last line; and one line of ten times that size.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

#: What a journal is full of; some lines nearly are a known error, which costs the most.
LINES = [
    "kernel: eth0: renamed from veth{n:x}",
    "systemd[1]: docker.service: Consumed {n}.5s CPU time.",
    "systemd[1]: nginx.service: Start request repeated too quickly.",
    'dockerd[812]: time="2026-11-24T12:32:56.080637214Z" level=info msg="ignoring event"'
    ' container={n:x} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.Task"',
    'dockerd[812]: time="2026-11-24T12:32:56Z" level=warning msg="Error getting v2 registry: Get'
    ' \\"https://registry-{n}.example.com/v2/\\": x509: certificate signed by unknown authority"',
    "app[{n}]: connect ECONNREFUSED 127.0.0.1:3306",
    "sshd[{n}]: Accepted publickey for user from 192.168.3.10 port {n} ssh2: ED25519 SHA256:x",
    "kubelet[{n}]: dial tcp 10.0.0.7:10250: connect: connection refused, retrying…",
    "CRON[{n}]: (root) CMD (run-parts /etc/cron.hourly) and a line that is cut off at its end>",
]
CONFLICT = (
    "dockerd[812]: unable to configure the Docker daemon with file /etc/docker/daemon.json: the"
    " following directives are specified both as a flag and in the configuration file: hosts:"
    " (from flag: [fd://], from file: [tcp://0.0.0.0:2375])"
)
STAMP = "Nov 24 12:32:56 host "
WORDS = (
    "connection refused timeout docker daemon socket permission denied certificate unknown"
    " authority registry failed listener address"
)
MB = 1_000_000


def main(megabytes: int) -> None:
    """Generate each log, run the command on it, and print one line about it."""
    choose = random.Random(0)  # noqa: S311
    logs: dict[str, tuple[int, Iterator[str]]] = {
        "one line": (1, iter(["dial unix /var/run/docker.sock: connect: permission denied"])),
        "every line matches": (5 * MB, (f"{STAMP}{CONFLICT}" for _ in count())),
        "every line matches, numbered": (5 * MB, (f"{n:06} {CONFLICT}" for n in count())),
        "near misses, numbered": (MB, (f"app[{n}]: x509, no such host /v2/" for n in count())),
        "near misses, cut off": (
            MB,
            (f"dockerd[{n}]: failed to load listeners: listen tcp 10.0.0.1>" for n in count()),
        ),
        "near misses, each different": (
            MB,
            (
                f"{STAMP}app: {' '.join(choose.choices(WORDS.split(), k=9))} {n:o}x{n:x}z"
                for n in count()
            ),
        ),
        f"mixed journal, {megabytes} MB": (megabytes * MB, _journal(choose, megabytes * MB)),
        f"one line of {10 * megabytes} MB": (10 * megabytes * MB, iter([])),
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, (size, lines) in logs.items():
            log = Path(directory) / "a.log"
            _write(log, size, lines)
            print(f"{name}: {_measure(log)}", flush=True)


def _measure(log: Path) -> str:
    """Return what the command took for a log, and what it found."""
    program = "from dockerd_lab.cli.app import main; main()"
    with log.with_suffix(".json").open("w+b") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "explain", "--json", str(log)],
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        _, _, usage = os.wait4(process.pid, 0)
        output.seek(0)
        found = [each["id"] for each in json.load(output)]
    seconds = usage.ru_utime + usage.ru_stime
    return f"{seconds:.2f} s, {usage.ru_maxrss // 1000} MB, found {', '.join(found) or 'nothing'}"


def _write(log: Path, size: int, lines: Iterator[str]) -> None:
    """Write lines until `size` bytes are there; without any, one line of that size."""
    with log.open("w", encoding="utf-8") as file:
        written = 0
        while written < size:
            line = next(lines, None)
            written += file.write("docker is fine " * 70_000 if line is None else f"{line}\n")


def _journal(choose: random.Random, size: int) -> Iterator[str]:
    """Yield lines in random order, always the same ones; the conflict comes at the end."""
    written = 0
    while written < size - len(STAMP) - len(CONFLICT):
        line = choose.choice(LINES).format(n=choose.randrange(1, 60000))
        written += len(STAMP) + len(line) + 1
        yield f"{STAMP}{line}"
    yield f"{STAMP}{CONFLICT}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

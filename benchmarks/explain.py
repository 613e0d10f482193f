"""How fast `dockerd-lab explain` reads a long log, and how much memory it takes.

    ./bootstrap python benchmarks/explain.py [MB]

Generates a journal of mixed units (100 MB unless told otherwise) in a temporary directory, with one
conflict in its last line, and prints seconds, MB/s and the peak memory of the command.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
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
    "kubelet[{n}]: dial tcp 10.0.0.{n}:10250: connect: connection refused, retrying…",
    "CRON[{n}]: (root) CMD (run-parts /etc/cron.hourly) and a line that is cut off at its end>",
]
LAST = (
    "dockerd[812]: unable to configure the Docker daemon with file /etc/docker/daemon.json: the"
    " following directives are specified both as a flag and in the configuration file: hosts:"
    " (from flag: [fd://], from file: [tcp://0.0.0.0:2375])"
)
STAMP = "Nov 24 12:32:56 host "


def main(megabytes: int) -> None:
    """Generate the log, run the command on it, and print one line per measure."""
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "journal.log"
        _generate(log, megabytes * 1_000_000)
        command = [sys.executable, "-c", "from dockerd_lab.cli.app import main; main()", "explain"]
        started = time.monotonic()
        result = subprocess.run(
            [*command, "--json", str(log)], check=True, stdout=subprocess.PIPE, text=True
        )
        seconds = time.monotonic() - started
        size = os.path.getsize(log)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000
    print(f"found: {result.stdout.count('hosts-flag-file-conflict')} of 1")
    print(f"seconds: {seconds:.1f}")
    print(f"MB/s: {size / 1e6 / seconds:.1f}")
    print(f"peak memory: {peak} MB")


def _generate(log: Path, size: int) -> None:
    """Write lines in random order, always the same ones, until `size` bytes are there."""
    choose = random.Random(0)  # noqa: S311
    with log.open("w", encoding="utf-8") as file:
        written = 0
        while written < size:
            line = choose.choice(LINES).format(n=choose.randrange(1, 60000))
            written += file.write(f"{STAMP}{line}\n")
        file.write(f"{STAMP}{LAST}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

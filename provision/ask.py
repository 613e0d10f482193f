"""Runs shell commands on a machine, many in one ssh round trip.

Each line on standard input is a JSON object {name: [command, limit in seconds]}. For each line it
prints a JSON object with the results by name. It must run on Python 3.9.
"""

import json
import subprocess
import sys
import time

#: The exit code of a command that exceeded its limit, as with timeout(1).
TIMED_OUT = 124


def run_command(command, limit):
    """Run one command; return its exit code, its output and how many seconds it took."""
    started = time.monotonic()
    try:
        process = subprocess.run(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit,
        )
        code, out, err = process.returncode, process.stdout, process.stderr
    except subprocess.TimeoutExpired as timeout:
        code, out = TIMED_OUT, timeout.stdout or b""
        err = (timeout.stderr or b"") + b"\nno answer within %d s" % limit
    return {
        "command": command,
        "exit_code": code,
        "stdout": out.decode(errors="replace"),
        "stderr": err.decode(errors="replace"),
        "seconds": round(time.monotonic() - started, 3),
    }


for line in sys.stdin:
    commands = json.loads(line)
    print(
        json.dumps({name: run_command(*command) for name, command in commands.items()}), flush=True
    )

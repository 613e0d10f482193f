"""Runs questions (shell commands) on a machine, many in one ssh round trip.

Every line on standard input is a JSON object {name: [command, seconds]}; the answers are one on
standard output. It must run on Python 3.9.
"""

import json
import subprocess
import sys
import time

#: The exit code given to a command that took longer than it may, as timeout(1) does.
TIMED_OUT = 124


def ask(command, limit):
    """Run one command; return its exit code, what it printed, and its seconds."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit,
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out = TIMED_OUT, late.stdout or b""
        err = (late.stderr or b"") + b"\nno answer within %d s" % limit
    return {
        "command": command,
        "exit_code": code,
        "stdout": out.decode(errors="replace"),
        "stderr": err.decode(errors="replace"),
        "seconds": round(time.monotonic() - started, 3),
    }


for line in sys.stdin:
    questions = json.loads(line)
    print(json.dumps({name: ask(*question) for name, question in questions.items()}), flush=True)

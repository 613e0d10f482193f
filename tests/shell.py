"""Shell text of the harness's, run with programs that stand in for the machine's."""

import subprocess

from observations import write


def run(text, tmp_path, **programs):
    """Run shell text with these programs in the place of the machine's."""
    for name, body in programs.items():
        write(tmp_path / f"bin/{name}", f"#!/bin/sh\n{body}\n").chmod(0o755)
    path = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    result = subprocess.run(
        ["sh", "-c", text], env=path, capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout.splitlines()

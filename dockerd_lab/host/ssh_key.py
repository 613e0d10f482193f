"""Makes the ssh key with which the harness and Vagrant log in."""

import fcntl
import os
from pathlib import Path

from dockerd_lab.host.command import run
from dockerd_lab.host.refused_paths import refuse_path
from dockerd_lab.project import user_state

#: What a path cannot have that stands in double quotes in an option of ssh's; Vagrant has it there
#: too, and does not escape it. Between ${ and } is the name of a variable.
NOT_FOR_SSH = ('"', "\\", "${", "\n")


def private_key() -> Path:
    """Return the private key (mode 0600); make it, and `.pub` beside it, if it does not exist.

    Raises BadInput where ssh could not be told where it is.
    """
    key = user_state() / "id_ed25519"
    refuse_path(key, NOT_FOR_SSH, program="ssh", hint="XDG_STATE_HOME may be elsewhere")
    if not (key.exists() and public_key(key).exists()):
        key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(key)
    key.chmod(0o600)
    return key


def _make(key: Path) -> None:
    """Make both keys, unless another process just did: keys of two pairs would not match."""
    with key.with_name(f"{key.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if key.exists() and public_key(key).exists():
            return
        fresh = key.with_name(f"{key.name}.{os.getpid()}")
        argv: list[str | Path] = [
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "dockerd-lab",
            "-f",
            fresh,
        ]
        run(argv, what="making the lab's ssh key", timeout=30)
        # The public half first: who sees the private half may rely on both.
        public_key(fresh).replace(public_key(key))
        fresh.replace(key)


def public_key(private: Path) -> Path:
    """Return the public key beside `private`."""
    return private.with_name(f"{private.name}.pub")

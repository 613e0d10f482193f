"""Builds and finds the boxes: a disk, kernel and initrd per engine, kept in the user's cache.

A box is the directory ENGINE-KEY, where KEY is a hash of everything it is made from: the recipe in
provision/box/, the suite, and the ssh key that may log in. It appears whole or not at all.
"""

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.engines import Engine
from dockerd_lab.errors import HarnessError
from dockerd_lab.host.archives import archives
from dockerd_lab.host.box_recipe import packages_of, recipe_of
from dockerd_lab.host.checks import architecture, disk
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.namespaces import remove, unshare
from dockerd_lab.host.refused_paths import refuse_path
from dockerd_lab.host.ssh_key import private_key, public_key
from dockerd_lab.progress import say, step
from dockerd_lab.project import Project, user_cache

#: Seconds a build may take; it takes 40 on two cores with a near mirror.
BUILD_LIMIT = 1200
#: Bytes that a build takes: the tree, and the disk made of it.
BUILD_BYTES = 2_000_000_000
#: Where a lab has all boxes, for its libvirt and QEMU to read.
BOXES_IN_LAB = Path("/var/lib/libvirt/boxes")
#: What a box consists of, besides box.json.
PARTS = ("disk.img", "vmlinuz", "initrd.img", "packages.txt")


@dataclass(frozen=True)
class Box:
    """A box on this computer, whether it is built yet or not."""

    engine: str
    directory: Path

    @property
    def disk(self) -> Path:
        """Return the root filesystem, a sparse raw image."""
        return self.directory / "disk.img"

    @property
    def kernel(self) -> Path:
        """Return Debian's cloud kernel."""
        return self.directory / "vmlinuz"

    @property
    def initrd(self) -> Path:
        """Return the initial ramdisk for the kernel."""
        return self.directory / "initrd.img"

    @property
    def built(self) -> bool:
        """Return whether it is built."""
        return (self.directory / "box.json").exists()

    @property
    def build(self) -> str:
        """Return the id of this build, which differs from other builds of the same recipe."""
        return str(json.loads((self.directory / "box.json").read_text()).get("build", ""))

    @property
    def size(self) -> int:
        """Return the bytes that it takes on disk."""
        return size_on_disk(self.directory)

    def check(self) -> None:
        """Raise HarnessError when a part is missing or has not the size it was built with."""
        hint = f"rm -r {shlex.quote(str(self.directory))}   # it is built again when next needed"
        try:
            sizes = dict(json.loads((self.directory / "box.json").read_text())["sizes"])
        except (ValueError, KeyError, TypeError):
            raise HarnessError(
                f"box {self.engine} is damaged: box.json is missing or invalid", hint
            ) from None
        for name, size in sizes.items():
            part = self.directory / name
            actual = part.stat().st_size if part.exists() else None
            if actual != size:
                is_now = "missing" if actual is None else f"{actual} bytes"
                raise HarnessError(
                    f"box {self.engine} is damaged: {part} is {is_now}, it was built with {size}",
                    hint,
                )


def size_on_disk(path: Path) -> int:
    """Return the bytes that a path takes on disk; a sparse file takes less than its length."""
    whole = path.lstat().st_blocks * 512
    for parent, directories, files in os.walk(path):
        whole += sum((Path(parent) / n).lstat().st_blocks * 512 for n in (*directories, *files))
    return whole


def find_box(project: Project, name: str, engine: Engine) -> Box:
    """Return the box of an engine, by the current recipe."""
    # What the suite has now is another version than it had: the box of that is another one.
    digest = hashlib.sha256(f"{engine.suite} {engine.docker}".encode())
    for package in packages_of(project, engine):
        stat = package.stat()
        digest.update(f"\0{package.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    digest.update(public_key(private_key()).read_bytes())
    digest.update(recipe_of(project))
    return Box(name, user_cache() / "boxes" / f"{name}-{digest.hexdigest()[:12]}")


def ensure_box(project: Project, name: str, engine: Engine) -> Box:
    """Return the box of an engine, checked; build it first if it is missing."""
    box = find_box(project, name, engine)
    if not box.built:
        box.directory.parent.mkdir(parents=True, exist_ok=True)
        with _one_builder(box):
            if not box.built:
                _build(project, box, engine)
    box.check()
    return box


def is_being_built(directory: Path) -> bool:
    """Return whether a process is building the box of this directory, or of this partial box."""
    file = _lock(directory)
    if not file.exists():
        return False
    with file.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(directory: Path) -> Path:
    """Return the file that is locked while the box of this directory, or partial box, is built."""
    name = directory.name.removesuffix(".part").removesuffix(".lock")
    return directory.with_name(f"{name}.lock")


@contextmanager
def _one_builder(box: Box) -> Iterator[None]:
    """Let one process build this box; the lock ends with its process, however that ends."""
    with _lock(box.directory).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step(f"waiting for the other process that builds box {box.engine}"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(project: Project, box: Box, engine: Engine) -> None:
    """Run the recipe in a directory beside the box's, then rename it: no half box exists."""
    refuse_path(box.directory, ('"', "\n"), program="apt", hint="XDG_CACHE_HOME may be elsewhere")
    for needed in (architecture(), disk(box.directory, BUILD_BYTES)):
        if needed.state == "missing":
            raise HarnessError(f"building box {box.engine}: {needed.message}", needed.fix)
    for left_over in box.directory.parent.glob(f"{box.directory.name}.part*"):
        remove(left_over)
    part = box.directory.with_name(f"{box.directory.name}.part")
    part.mkdir()
    started = time.monotonic()
    # In namespaces of its own the recipe ends with this process, however that ends; and nobody
    # outside sees mmdebstrap's mounts of /dev and /proc, so nothing is deleted through them.
    argv: list[str | Path] = ["setpriv", "--pdeathsig", "KILL"]
    argv += unshare()
    argv += [project.data / "provision/box/build.sh", engine.suite, part]
    packages = project.root / engine.packages if engine.packages is not None else "-"
    argv += [public_key(private_key()), packages, *archives(engine.suite)]
    try:
        with step(f"building box {box.engine} (Debian {engine.suite})"):
            _run_recipe([str(a) for a in argv])
        facts = {
            "engine": box.engine,
            "suite": engine.suite,
            "build": uuid.uuid4().hex,
            "seconds": round(time.monotonic() - started, 1),
            "sizes": {name: (part / name).stat().st_size for name in PARTS},
        }
        (part / "box.json").write_text(json.dumps(facts, indent=1) + "\n")
        # QEMU reads it as a user of its own, whatever the umask; what is above stays as it is.
        for place in (part, part.parent):
            place.chmod(0o755)
        shutil.rmtree(box.directory, ignore_errors=True)  # a box without its box.json
        part.rename(box.directory)
    finally:
        remove(part)
    say(f"lab: box {box.engine}: {box.size // 1_000_000} MB in {box.directory}")


def _run_recipe(argv: list[str]) -> None:
    """Run build.sh, repeat its steps as progress, and show its last lines when it fails."""
    output: list[str] = []
    gave_up = threading.Event()
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101  (a pipe was asked for)

        def give_up() -> None:
            gave_up.set()
            os.killpg(process.pid, signal.SIGKILL)

        limit = threading.Timer(BUILD_LIMIT, give_up)
        limit.start()
        try:
            for line in process.stdout:
                output.append(line)
                if line.startswith("step: "):
                    say(f"lab:     {line.removeprefix('step: ').rstrip()}")
            code = process.wait(timeout=60)
        finally:
            limit.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if gave_up.is_set():
        raise HarnessError(
            f"building a box: gave up after {BUILD_LIMIT} s" + last_lines("".join(output))
        )
    if code != 0:
        raise HarnessError(
            f"building a box: exit code {code} of provision/box/build.sh"
            + last_lines("".join(output))
        )

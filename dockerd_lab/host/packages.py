"""Fetches Debian packages that a machine lacks, with what they depend on, into the user's cache.

What is fetched depends on what a box has: apt on this computer reads the box's own list of
packages, in a directory of its own. Nothing is installed here, and apt's own state is not touched.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.engines import Engine
from dockerd_lab.errors import HarnessError
from dockerd_lab.host.archives import archives
from dockerd_lab.host.boxes import ensure_box
from dockerd_lab.host.command import run
from dockerd_lab.host.refused_paths import refuse_path
from dockerd_lab.progress import step
from dockerd_lab.project import Project, user_cache

#: Seconds that apt may take for the lists of packages, and for the packages.
_LIMIT = 600
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_FACTS = "packages.json"


@dataclass(frozen=True)
class Packages:
    """Packages on this computer, for the machines of one box."""

    files: tuple[Path, ...] = ()
    """The packages, and those of their dependencies that the box lacks."""
    absent: tuple[str, ...] = ()
    """The names that the suite does not have."""


def ensure_packages(
    project: Project, name: str, engine: Engine, names: Collection[str]
) -> Packages:
    """Return the packages of these names for the engine called `name`; fetch them if needed.

    Raises HarnessError if they cannot be fetched.
    """
    if not names:
        return Packages()
    box = ensure_box(project, name, engine)
    key = hashlib.sha256(f"{box.build} {sorted(names)}".encode()).hexdigest()[:12]
    directory = user_cache() / "packages" / f"{name}-{key}"
    if not (directory / _FACTS).exists():
        refuse_path(directory, ('"', "\n"), program="apt", hint="XDG_CACHE_HOME may be elsewhere")
        directory.parent.mkdir(parents=True, exist_ok=True)
        with (
            step(f"fetching packages of Debian {engine.suite}: {', '.join(sorted(names))}"),
            tempfile.TemporaryDirectory(dir=directory.parent, prefix=".part-") as part,
        ):
            _fetch(Path(part), box.disk, engine.suite, names)
            result = Path(part) / "cache/archives"
            # Another process may have been faster: its packages are the same.
            if not directory.exists():
                result.rename(directory)
    facts = json.loads((directory / _FACTS).read_text())
    for file, size in facts["sizes"].items():
        if not (directory / file).exists() or (directory / file).stat().st_size != size:
            raise HarnessError(f"{directory / file} is damaged", f"rm -r {directory}")
    return Packages(tuple(directory / file for file in facts["sizes"]), tuple(facts["absent"]))


def _fetch(part: Path, disk: Path, suite: str, names: Collection[str]) -> None:
    """Fetch the packages into `part`/cache/archives, and write there what they are."""
    for path in ("etc/preferences.d", "state/lists/partial", "cache/archives/partial"):
        (part / path).mkdir(parents=True)
    status = part / "status"
    read: list[str | Path] = ["debugfs", "-R", f"dump /var/lib/dpkg/status {status}", disk]
    run(read, what="reading which packages a box has", timeout=60)
    if not status.exists():
        raise HarnessError(f"{disk} has no list of its packages")
    (part / "etc/sources.list").write_text("".join(_sources(suite)))
    options = {
        "Dir::Etc": part / "etc",
        "Dir::Etc::SourceParts": "-",
        "Dir::Etc::TrustedParts": "/etc/apt/trusted.gpg.d",
        "Dir::State": part / "state",
        "Dir::State::status": status,
        "Dir::Cache": part / "cache",
        "APT::Architecture": "amd64",
        "APT::Architectures": "amd64",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "APT::Keep-Downloaded-Packages": "true",
        "APT::Update::Post-Invoke-Success": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Debug::NoLocking": "true",
    }
    flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    what = f"fetching packages of Debian {suite}"
    update = ["apt-get", *flags, "-q", "-o", "APT::Update::Error-Mode=any", "update"]
    run(update, what=what, timeout=_LIMIT)
    madison = run(["apt-cache", *flags, "madison", *names], what=what, timeout=60).stdout
    known = {line.split("|")[0].strip() for line in madison.splitlines()}
    present = sorted(known.intersection(names))
    if present:
        # The box's own packages stay as they are, unless a new one needs a newer one of them.
        install = ["--download-only", "--no-upgrade", "--yes", "install", *present]
        run(["apt-get", *flags, "-q", *install], what=what, timeout=_LIMIT)
    result = part / "cache/archives"
    (result / "partial").rmdir()
    facts = {
        "sizes": {file.name: file.stat().st_size for file in sorted(result.glob("*.deb"))},
        "absent": sorted(set(names) - known),
    }
    (result / _FACTS).write_text(json.dumps(facts, indent=1) + "\n")


def _sources(suite: str) -> list[str]:
    """Return the lines of sources.list for a suite and its security updates."""
    options = ["arch=amd64"]
    if Path(_KEYRING).exists():
        options.append(f"signed-by={_KEYRING}")
    if os.environ.get("LAB_UNSIGNED_SUITES") == "1":  # its Release file may have expired
        options.append("check-valid-until=no")
    suites = (suite, f"{suite}-security")
    return [
        f"deb [{' '.join(options)}] {uri} {name} main\n"
        for uri, name in zip(archives(suite), suites, strict=False)
    ]

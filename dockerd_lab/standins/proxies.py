"""Sets up the proxies that the input wants and the lab's machines lack, from Debian's packages.

The packages are installed before the input's files; what is here comes after them, as a person does
it: group docker, Apache's modules, and the start that the package leaves to a boot.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.config import proxies
from dockerd_lab.config.proxies import WantedProxy
from dockerd_lab.inputs.input import Input

_SITES = "/etc/apache2/sites-available/"


@dataclass(frozen=True)
class ProxySetup:
    """A proxy that is installed for the input, and how it is set up."""

    name: str
    packages: tuple[str, ...]
    """Debian's packages, without those that they depend on."""
    lines: tuple[str, ...] = ()
    """The shell lines that set it up and start it."""
    services: tuple[str, ...] = ()
    """The units that they start, which must be active."""
    script_services: tuple[str, ...] = ()
    """Units that the user's script may restart or stop; they must not have failed."""
    notes: tuple[str, ...] = ()
    """One sentence for the verdict for each stand-in."""


def set_up_proxies(inputs: Input, scripts: Sequence[str]) -> list[ProxySetup]:
    """Return how the proxies are set up that the input wants, and that Debian has.

    `scripts` are the texts of the user's scripts.
    """
    wanted = proxies.wanted_proxies(inputs.texts, [*inputs.origins], scripts)
    return [_set_up(inputs, each) for each in wanted if each.packages]


def installed_proxies(setups: Iterable[ProxySetup], absent: Sequence[str]) -> list[ProxySetup]:
    """Return those of which the engine's suite has all packages; `absent` are those it lacks."""
    return [each for each in setups if not {*each.packages} & {*absent}]


def setup_lines(setup: ProxySetup) -> list[str]:
    """Return the shell lines of a setup, which do nothing where its packages are not installed."""
    if not setup.lines:
        return []
    condition = f"dpkg-query --show {' '.join(setup.packages)} >/dev/null 2>&1"
    return [f"if {condition}; then", *(f"    {line}" for line in setup.lines), "fi"]


def _set_up(inputs: Input, wanted: WantedProxy) -> ProxySetup:
    proxy = wanted.proxy
    packages = ", ".join(wanted.packages)
    parts = [("", f"{packages}: installed from Debian's archive, to run {proxy.name}")]
    parts += [*_docker_group(inputs, wanted), *_readable_keys(inputs, wanted)]
    parts += [*_modules(inputs, wanted), *_sites(inputs, wanted)]
    services = wanted.services
    script_services: tuple[str, ...] = ()
    for unit in services:
        note = f"{unit}: enabled, as Debian's package leaves it, and restarted to read its files"
        restart = f"systemctl enable --quiet {unit} && systemctl restart {unit}"
        parts.append((f"{restart} || echo '{unit} did not start'", note))
    if not wanted.files and wanted.place is None:
        script_services = tuple(unit for unit in proxy.units if "{" not in unit)
        for unit in script_services:
            note = f"{unit}: started before the script, as its package leaves it"
            parts.append((f"systemctl start {unit} || true", note))
    return ProxySetup(
        name=proxy.name,
        packages=wanted.packages,
        lines=tuple(line for line, _ in parts if line),
        services=services,
        script_services=script_services,
        notes=tuple(note for _, note in parts),
    )


def _docker_group(inputs: Input, wanted: WantedProxy) -> Iterator[tuple[str, str]]:
    """Yield the membership in group docker that a proxy needs to use docker.sock."""
    user = wanted.proxy.user
    if user and any("docker.sock" in inputs.texts.get(file, "") for file in wanted.files):
        note = f"{user}: added to group docker, so that {wanted.proxy.name} may use docker.sock"
        yield f"usermod --append --groups docker {user}", note


def _readable_keys(inputs: Input, wanted: WantedProxy) -> Iterator[tuple[str, str]]:
    if not wanted.proxy.is_started_as_user:
        return
    own = {file: inputs.texts.get(file, "") for file in wanted.files}
    for path in dict.fromkeys(each.value for each in proxies.tls_files(own, "server-key")):
        user = wanted.proxy.user
        yield f"chown {user} {quote(path)} || true", f"{path}: {user}'s, so that it may be read"


def _modules(inputs: Input, wanted: WantedProxy) -> Iterator[tuple[str, str]]:
    """Yield what enables the modules of Apache that its files use and the input does not enable."""
    text = "\n".join(inputs.texts.get(file, "") for file in wanted.files)
    words = (words for pattern, words in wanted.proxy.modules.items() if re.search(pattern, text))
    modules = dict.fromkeys(module for line in words for module in line.split())
    missing = [m for m in modules if not inputs.has(f"/etc/apache2/mods-enabled/{m}.load")]
    if missing:
        names = " ".join(missing)
        note = f"{names}: modules of {wanted.proxy.name}, enabled (a2enmod {names})"
        yield f"a2enmod --quiet {names} || true", note


def _sites(inputs: Input, wanted: WantedProxy) -> Iterator[tuple[str, str]]:
    if any("/sites-enabled/" in file for file in wanted.files):
        return
    for file in wanted.files:
        if file.startswith(_SITES):
            name = PurePosixPath(file).stem
            yield f"a2ensite --quiet {quote(name)} || true", f"{file}: enabled (a2ensite {name})"

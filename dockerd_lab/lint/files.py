"""Tells which files of an input lint has read, and what the others may do.

Only where every file is known can be said that nobody gets in.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from dockerd_lab.config import units
from dockerd_lab.config.paths import DEFAULTS, FIREWALLS, NGINX, SYSCONFIG
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.notes import CLOSES, LISTENS, OPENS, STARTS, Notes
from dockerd_lab.lint.service import SERVICE
from dockerd_lab.lint.sockets import SOCKET, further_socket

_UNIT_DIRECTORY = r"(/etc|/run|/usr/lib|/lib|/usr/local/lib)/systemd/system"
_UNITS = re.compile(
    rf"{_UNIT_DIRECTORY}/(docker\.(service|socket)|(docker\.)?(service|socket)\.d/[^/]+\.conf)"
)
#: A drop-in of all units of a type.
_ALL = re.compile(r"/(service|socket)\.d/")
#: Files that systemd leaves unread, because of their names.
_NO_DROP_IN = re.compile(rf"{_UNIT_DIRECTORY}/docker\.(service|socket)\.d/[^/]+(?<!\.conf)")
#: Keys, certificates and lists of passwords, where no program runs or reads what it finds.
_DATA = re.compile(
    r"/(etc/(ssl|pki|docker|nginx|letsencrypt|tls|certs)|root|opt|srv|var|usr/local/share)/"
    r".*(\.(pem|crt|cer|key|csr|srl|cnf|ext)|htpasswd[^/]*)"
)
#: Files that neither let anybody in nor keep dockerd from starting.
_HARMLESS = re.compile(r"/etc/(motd|issue|hostname|timezone)|/etc/docker/[^/]+")
#: Files that may open another way in, but do not change dockerd or its ports.
_OPENING = re.compile(
    r"/etc/(cron.*|ssh/.*|sudoers.*|anacrontab|passwd|group|logrotate.*|hosts\.(allow|deny)"
    r"|bash_completion\.d/.*|profile.*|environment|update-motd\.d/.*|polkit-1/.*)|/root/.*|/home/.*"
)
#: Settings by section of a unit: systemd ignores them in another.
_SECTIONS = {
    "Service": ("ExecStart", "Environment", "EnvironmentFile", "Type"),
    "Socket": ("ListenStream", "SocketMode", "SocketUser", "SocketGroup"),
    "Unit": ("Requires", "BindsTo"),
}
#: What is a line's end to Python, or changes a line unseen, and is not so to systemd or nginx.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff\u00a0\u3000\u200b]")
#: The line ends of Windows. systemd (read_line_full in src/basic/fileio.c), nginx and Go's PEM read
#: them like any other; programs of firewalls do not.
_CRLF = "\r\n"
#: The files in which such a character is no matter of the way they are split into lines.
_JSON = ".json"


def check_files(inputs: Input, read: Collection[str], notes: Notes, *, has_tcp: bool) -> None:
    """Note every file of which is not known what comes of it; `read` are other files that are.

    `has_tcp` says that dockerd has a TCP port of its own.
    """
    named = {*_environment_files(inputs), *read}
    for file in inputs.origins:
        place = Place(file)
        if file in inputs.links or file in inputs.link_targets:
            notes.doubt(f"{file} is a link, or is reached by one", place)
        elif _NO_DROP_IN.fullmatch(file):
            continue
        elif _UNITS.fullmatch(file):
            _check_unit(file, inputs.texts.get(file), notes)
        elif further_socket(file, inputs.texts):
            _check_text(file, inputs.texts[file].replace(_CRLF, "\n"), notes)
        elif file in named or _DATA.fullmatch(file) or _HARMLESS.fullmatch(file):
            _check_text(file, inputs.texts.get(file, "").replace(_CRLF, "\n"), notes)
        elif file in FIREWALLS:
            _check_text(file, inputs.texts.get(file, ""), notes, OPENS, CLOSES)
        elif file.startswith(f"{NGINX}/"):
            text = inputs.texts.get(file, "").replace(_CRLF, "\n")
            _check_text(file, text, notes, OPENS, CLOSES)
        else:
            _check_other(file, inputs.texts, notes, has_tcp=has_tcp)
    _check_not_installed(inputs, notes)
    if inputs.enabling_links:
        notes.doubt("units are enabled that lint does not read", None)


def _check_not_installed(inputs: Input, notes: Notes) -> None:
    """Note what of the files that are not installed is taken for granted, or not known."""
    forwarded = {file.name for file in inputs.compose_files}
    for name in () if inputs.complete else inputs.ignored:
        if name in forwarded:
            notes.doubt(f"{name} gives docker.sock to a container", None, LISTENS, OPENS, CLOSES)
        elif not re.fullmatch(r"\..*|README.*|LICENSE.*|.*\.(md|rst|txt|adoc)|case\.yaml", name):
            notes.assume(f"{name}, which is not installed, changes nothing")


def _check_other(file: str, texts: Mapping[str, str], notes: Notes, *, has_tcp: bool) -> None:
    """Note a file that lint does not read, if it may have a bearing on anything."""
    # Imported here: most inputs have no such file.
    from dockerd_lab.lint.other_programs import questions_of  # noqa: PLC0415

    place = Place(file)
    questions = questions_of(file, texts, notes, has_tcp=has_tcp)
    if not questions:
        _check_text(file, texts.get(file, "").replace(_CRLF, "\n"), notes)
        return
    if _OPENING.fullmatch(file):
        # Other ports of sshd are ssh's, and not listed.
        listens = () if file.startswith("/etc/ssh/") else (LISTENS,)
        notes.doubt(f"{file} is not read: it may open another way in", place, *listens, OPENS)
    elif file.startswith(("/etc/iptables/", "/etc/nftables", "/etc/ufw", "/etc/firewalld")):
        notes.doubt(f"{file}: rules of a firewall that lint does not read", place, OPENS, CLOSES)
    else:
        what = "change anything" if STARTS in questions else "open another way in"
        notes.doubt(f"{file} is not read: it may {what}", place, *questions)


def _check_unit(file: str, text: str | None, notes: Notes) -> None:
    if text is None:
        notes.doubt(f"{file} is no text", Place(file))
        return
    if kind := _ALL.search(file):
        questions = (LISTENS, OPENS) if kind[1] == "socket" else (STARTS, LISTENS, OPENS)
        reason = f"{file} changes every {kind[1]} of the machine, not only docker's"
        notes.doubt(reason, Place(file), *questions)
    _check_text(file, text.removeprefix("\ufeff").replace(_CRLF, "\n"), notes)
    for number, section, key in _settings(text):
        home = next((name for name, keys in _SECTIONS.items() if key in keys), section)
        if home != section:
            reason = f"{key}= stands in [{section}], where systemd ignores it"
            notes.doubt(reason, Place(file, number))
    kinds = {section for _, section, _ in _settings(text)}
    for section in kinds - {"Unit", "Service", "Socket", "Install", ""}:
        if not section.startswith("X-"):
            notes.doubt(f"[{section}] is no section that lint knows", Place(file))


def _settings(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, section and key of each setting in a unit file."""
    section, continued = "", False
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if continued or stripped.startswith(("#", ";")):
            continued = continued and (stripped.endswith("\\") or stripped.startswith(("#", ";")))
            continue
        if stripped.startswith("["):
            section = stripped.strip("[]")
        elif "=" in stripped:
            yield number, section, stripped.partition("=")[0].strip()
        continued = stripped.endswith("\\")


def _check_text(file: str, text: str, notes: Notes, *questions: str) -> None:
    if not file.endswith(_JSON) and (match := _ODD.search(text)):
        line = text.count("\n", 0, match.start()) + 1
        reason = f"a character ({match[0]!a}) that programs read in different ways"
        notes.doubt(reason, Place(file, line), *questions)


def _environment_files(inputs: Input) -> Iterable[str]:
    """Return the files with variables that docker.service reads, as far as the input names them."""
    unit = [*units.read_unit(SERVICE, inputs.texts), *units.read_unit(SOCKET, inputs.texts)]
    files = [each.value.removeprefix("-") for each in unit if each.key == "EnvironmentFile"]
    return [*files, DEFAULTS, SYSCONFIG]

"""Works out what systemd starts for docker.service: the program's words, as systemd splits them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.units import Assignment
from dockerd_lab.config.value import Place
from dockerd_lab.lint.commands import leaves_docker_alone
from dockerd_lab.lint.notes import CLOSES, OPENS, Failure, Notes

SERVICE = "docker.service"
#: Settings of a unit that neither decide whether dockerd starts nor who reaches it.
_HARMLESS = re.compile(
    r"After|Before|Wants|Description|Documentation|PartOf|ConditionPathExists"
    r"|StartLimit\w+|Restart\w*|Limit\w+|TasksMax|Tasks\w+|Delegate|KillMode|KillSignal"
    r"|OOM\w+|ExecReload|TimeoutSec|Timeout\w+|Nice|CPU\w+|IO\w+|Memory\w+|Slice"
    r"|SyslogIdentifier|SyslogLevel|StandardOutput|StandardError|LogLevelMax|NotifyAccess"
    r"|MountFlags|RequiresMountsFor|StartLimit\w+|ExecStop(Post)?"
    r"|WantedBy|Also|RuntimeDirectory(Preserve)?|GuessMainPID|SuccessExitStatus|SendSIGKILL|FinalKillSignal"
)
_READ = ("ExecStart", "Environment", "EnvironmentFile", "Type", "Requires", "BindsTo")
_KNOWN_UNITS = re.compile(
    r"(docker\.(socket|service)|containerd\.service|network(-online)?\.target)"
)
#: Variables with which dockerd's defaults, or programs in general, are others.
_TELLING = re.compile(
    r"DOCKER_(TLS_VERIFY|TLS|CERT_PATH|CONFIG|HOST)|LD_\w+|HOME|NOTIFY_SOCKET|PATH"
)
#: In a file with variables: a backslash that is not between words at a line's end, a quote within a
#: word, and quotes that go on in the next line.
_ESCAPES = re.compile(
    r"\\(?!\n)|\S\\\n\S|^\s*\w+=[^\"'\n#]+[\"']|^\s*\w+=\"[^\"]*$|^\s*\w+='[^']*$", re.MULTILINE
)
#: A command that changes who may use a file, and fails only where the file is missing.
_CHMOD = re.compile(
    r"[-+!]?(/usr)?/bin/chmod ((?P<mode>0?[0-7]{3})|[ugoa]*[-+=][rwxs]+)"
    r" (?P<path>(/var)?/run/docker\.sock|/run/containerd/containerd\.sock|/usr/bin/docker)"
)
_COMMANDS = ("ExecStartPre", "ExecStartPost")
#: Rules for packets to containers.
_FORWARD = re.compile(
    r"((/usr)?/sbin/)?ip6?tables( -w)?( -t filter)?"
    r" (-P FORWARD ACCEPT|(-A|-I) FORWARD( [\w./-]+)* -j ACCEPT)"
)
_OF_HOST = re.compile(r"/(opt|usr/local|srv|home)/[\w./+-]+")
_UNKNOWN_MESSAGE = "{}= in docker.service: lint does not know what comes of it"
_MISSING_FILE = f"{SERVICE}: Failed to load environment files: No such file or directory"
_TWO = (
    f"{SERVICE}: Service has more than one ExecStart= setting, which is only allowed for"
    " Type=oneshot services. Refusing."
)
_NONE = f"{SERVICE}: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing."


@dataclass(frozen=True)
class CommandLine:
    """The words with which dockerd is started, and where they stand."""

    words: tuple[str, ...]
    place: Place
    run_directories: tuple[str, ...] = ()
    """The directories in /run that systemd makes before it starts dockerd."""

    @property
    def text(self) -> str:
        """Return the words as ps shows them."""
        return " ".join(self.words)


def read_service(texts: Mapping[str, str], notes: Notes) -> CommandLine | None:
    """Return the command line of docker.service; None if there is none, or it is not known.

    `texts` has the packaged unit as well. What systemd refuses, and what lint does not know, goes
    into `notes`.
    """
    unit = units.read_unit(SERVICE, texts)
    for each in unit:
        _check_setting(each, texts, notes)
    starts = units.in_effect(unit, "ExecStart")
    kinds = units.in_effect(unit, "Type")
    oneshot = bool(kinds) and kinds[-1].value == "oneshot"
    if kinds and kinds[-1].value not in ("notify", "simple", "exec"):
        notes.doubt(f"when systemd takes a Type={kinds[-1].value} for started", _place(kinds[-1]))
    if not starts:
        notes.failures.append(Failure(_NONE, _cleared(unit), refused=True))
        return None
    if len(starts) > 1:
        if not oneshot:
            notes.failures.append(Failure(_TWO, _place(starts[-1]), "ExecStart", refused=True))
        return None
    environment = _environment(unit, texts, notes)
    made = [
        name for each in units.in_effect(unit, "RuntimeDirectory") for name in each.value.split()
    ]
    directories = tuple(f"{run}/{name}" for name in made for run in ("/run", "/var/run"))
    return _command_line(starts[0], environment, directories, notes)


def _check_setting(each: Assignment, texts: Mapping[str, str], notes: Notes) -> None:
    """Note a setting of the unit that lint does not know."""
    if each.key in ("Requires", "BindsTo"):
        strange = [name for name in each.value.split() if not _KNOWN_UNITS.fullmatch(name)]
        if strange:
            notes.doubt(
                f"docker.service needs {strange[0]}, which lint does not read", _place(each)
            )
    elif each.key == "ExecStartPost" and _CHMOD.fullmatch(each.value):
        if socket_mode(each) is None:
            notes.doubt(f"who gets in after `{each.value[:60]}`", _place(each), OPENS, CLOSES)
    elif each.key in _COMMANDS and each.value and _changes_nothing(each.value, texts, notes):
        return
    elif each.key not in _READ and not _HARMLESS.fullmatch(each.key) and each.value:
        notes.doubt(_UNKNOWN_MESSAGE.format(each.key), _place(each))


def _changes_nothing(value: str, texts: Mapping[str, str], notes: Notes) -> bool:
    """Return whether a command before or after dockerd's start is known to change nothing for it.

    `validate` makes a program of the real host's one that does nothing.
    """
    command = value.lstrip("-+!")
    program = command.partition(" ")[0]
    if _OF_HOST.fullmatch(program) and program not in texts:
        notes.assume(f"{program} changes nothing: it is not in the input")
        return True
    return _FORWARD.fullmatch(command) is not None or leaves_docker_alone(command)


def socket_mode(each: Assignment) -> int | None:
    """Return the mode that a command after dockerd's start gives its socket; None for any other."""
    match = _CHMOD.fullmatch(each.value) if each.key == "ExecStartPost" else None
    is_socket = match is not None and match["path"].endswith(DOCKER_SOCKET)
    return int(match["mode"], 8) if match is not None and is_socket and match["mode"] else None


def _environment(
    unit: Sequence[Assignment], texts: Mapping[str, str], notes: Notes
) -> dict[str, str]:
    """Return the variables that systemd sets for dockerd, as far as they are known."""
    for each in units.in_effect(unit, "EnvironmentFile"):
        path = each.value.removeprefix("-")
        if path in texts:
            continue
        if re.search(r"[*?\[%]", path):
            notes.doubt(f"which files EnvironmentFile={path} names is not known", _place(each))
        elif path.startswith(("/run/", "/var/run/")):
            notes.assume(f"{path}, which is made when the machine runs, sets no variable")
        elif not each.value.startswith("-"):
            notes.fail(_MISSING_FILE, _place(each), path)
        elif not each.file.startswith(("/lib/", "/usr/lib/")):
            notes.assume(f"{path} does not exist: it is not in the input")
    files = [each.value.removeprefix("-") for each in units.in_effect(unit, "EnvironmentFile")]
    for each in units.in_effect(unit, "Environment"):
        if _unquote(each.value) is None or "%" in each.value:
            notes.doubt("systemd's specifiers and escapes in Environment=", _place(each))
    for file in files:
        if _ESCAPES.search(texts.get(file, "")):
            notes.doubt(f"{file}: quotes and escapes that lint does not read", Place(file))
    known: dict[str, str] = {}
    for each in units.variables(unit, files, texts):
        known[each.key] = each.value
        if _TELLING.fullmatch(each.key):
            notes.doubt(f"{each.key} in dockerd's environment changes its defaults", _place(each))
    return known


def _command_line(
    start: Assignment,
    environment: Mapping[str, str],
    directories: tuple[str, ...],
    notes: Notes,
) -> CommandLine | None:
    place = _place(start)
    words = split(start.value, environment)
    if not words:
        notes.doubt("this ExecStart= has what lint does not read: escapes, %, `;` or quotes", place)
        return None
    program = PurePosixPath(words[0])
    if not program.is_absolute() and ("/" in words[0] or program.name != "dockerd"):
        notes.doubt(f"{words[0]}: not an absolute path", place)
        return None
    if program.name != "dockerd":
        notes.doubt(f"{program.name} is started, and what that starts is not known", place)
        return None
    return CommandLine(tuple(words), place, directories)


def split(value: str, environment: Mapping[str, str]) -> list[str] | None:
    r"""Return the words of an ExecStart= with systemd's variables; None if that is not known.

    A `$NAME` that is a word of its own becomes several words, `${NAME}` a part of one; a variable
    that is not set is empty.

    >>> split("-/bin/d -H=${A} $B $C x$B", {"A": "a b", "B": "1 '2 3'"})
    ['/bin/d', '-H=a b', '1', '2 3', 'x$B']
    >>> split("/bin/d %i", {}), split("@/bin/d d", {}), split("/bin/d a ; /bin/e", {})
    (None, None, None)
    """
    prefix = re.match(r"[-+!:@|]*", value)
    prefixes, rest = (prefix[0], value[prefix.end() :]) if prefix else ("", value)
    raw = _unquote(rest)
    if raw is None or "@" in prefixes or "|" in prefixes or ";" in raw or "%" in rest:
        return None
    if ":" in prefixes:
        return raw
    words: list[str] = []
    for word in raw:
        whole = re.fullmatch(r"\$([A-Za-z_]\w*)", word)
        if whole:
            parts = _unquote(environment.get(whole[1], ""))
            if parts is None:
                return None
            words += parts
            continue
        if "$$" in word or re.search(r"\$\{(?!\w+\})", word):
            return None
        words.append(re.sub(r"\$\{(\w+)\}", lambda m: environment.get(m[1], ""), word))
    return words


def _unquote(text: str) -> list[str] | None:
    """Return the words of a text without quotes; None if it has escapes or unbalanced quotes."""
    if "\\" in text or text.count('"') % 2 or text.count("'") % 2:
        return None
    words = re.findall(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+", text)
    return [re.sub(r"\"([^\"]*)\"|'([^']*)'", lambda m: m[1] or m[2] or "", each) for each in words]


def _place(each: Assignment) -> Place:
    return Place(each.file, each.line)


def _cleared(unit: Sequence[Assignment]) -> Place | None:
    """Return the place of the ExecStart= that took all others away."""
    empty = [each for each in unit if each.key == "ExecStart"]
    return _place(empty[-1]) if empty else None

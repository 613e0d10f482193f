"""Reads DOCKER_OPTS, which Debian's docker.service passes on to dockerd."""

import re
import shlex
from collections.abc import Iterator, Mapping

from dockerd_lab.config import units
from dockerd_lab.config.paths import DEFAULTS
from dockerd_lab.config.value import Place, Value


def docker_options(texts: Mapping[str, str]) -> tuple[Value, ...]:
    """Return DOCKER_OPTS from /etc/default/docker: the last assignment, which is in effect."""
    return tuple(_defaults(texts.get(DEFAULTS, "")))[-1:]


def options_of_environment(texts: Mapping[str, str]) -> tuple[Value, ...]:
    """Return DOCKER_OPTS from Environment= or EnvironmentFile= of a drop-in.

    Debian's ExecStart= passes it on.
    """
    unit = units.read_unit("docker.service", texts)
    value = units.environment(unit, texts).get("DOCKER_OPTS")
    if value is None:
        return ()
    for each in units.in_effect(unit, "Environment"):
        if "DOCKER_OPTS=" in each.value:
            return (Value(value, Place(each.file, each.line)),)
    for file in units.environment_files(texts):
        if "DOCKER_OPTS=" in (text := texts.get(file, "")):
            line = text.count("\n", 0, text.find("DOCKER_OPTS=")) + 1
            return (Value(value, Place(file, line)),)
    return ()


def _defaults(text: str) -> Iterator[Value]:
    for assignment in re.finditer(
        r"^[ \t]*(?:export[ \t]+)?DOCKER_OPTS=((?:.*\\\n)*.*)", text, re.MULTILINE
    ):
        quoted = assignment[1].replace("\\\n", " ").strip()
        try:
            value = " ".join(shlex.split(quoted, comments=True))
            # systemd removes quotes a second time when it splits $DOCKER_OPTS.
            value = " ".join(shlex.split(value))
        except ValueError:
            value = quoted
        yield Value(value, Place(DEFAULTS, text.count("\n", 0, assignment.start()) + 1))

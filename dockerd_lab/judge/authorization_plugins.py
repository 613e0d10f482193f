"""Finds authorization plugins that refused strangers, and may let others of their requests through.

A plugin is a program of the user's own: what it allows is not in the configuration, and nobody can
try all that it may allow.
"""

import re
from collections.abc import Iterator

from dockerd_lab.config.daemon_json import strings
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import flag_values
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import Observation

#: dockerd's words, with the plugin's name (moby, pkg/authorization/authz.go).
_DENIED = re.compile(r"authorization denied by plugin (\S+):(?=\s)")
_SETTLE = "Keep strangers from the listener, by TLS for example; --allow-incomplete permits it."


def find_authorization_plugins(
    inputs: Input, declared: DeclaredConfig, observation: Observation
) -> Iterator[NotJudged]:
    """Yield an entry for each plugin that a stranger reaches, and that denied what was tried.

    A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    places = dict(_plugins(declared))
    told: set[str] = set()
    for who, exposure in observation.exposure.items():
        for attempt in exposure.attempts if who != "client" else ():
            for name in _DENIED.findall(attempt.evidence):
                if name in told:
                    continue
                told.add(name)
                message = (
                    f"this authorization plugin decides what strangers do at {attempt.target}: it"
                    " denied what was tried, and what else it lets through was not"
                )
                where = inputs.user_path(places.get(name))
                yield NotJudged(name=name, message=message, settle=_SETTLE, where=where)


def _plugins(declared: DeclaredConfig) -> Iterator[tuple[str, Place]]:
    """Yield the names of the declared plugins, and where they stand."""
    key = "authorization-plugins"
    for name in strings(declared.daemon_json.values.get(key)):
        yield name, declared.daemon_json.place_of_key(key, name)
    for line in (*declared.lines, *declared.others):
        for name in flag_values(line.value, "--authorization-plugin"):
            yield name, line.place

"""Checks the options of log drivers, as far as files can tell whether dockerd starts with them."""

import re
from typing import Any

from dockerd_lab.lint.notes import STARTS, Notes

#: How dockerd begins to say that it does not start.
FAILED = "failed to start daemon: "
SIZE = r"\d+(\.\d+)?\s*[kKmMgGtT]?[iI]?[bB]?"
#: Log drivers that need nothing but dockerd, with the options that they know.
LOG_OPTIONS = {
    "json-file": "max-file max-size compress labels labels-regex env env-regex tag mode"
    " max-buffer-size",
    "local": "max-file max-size compress mode max-buffer-size",
    "none": "mode max-buffer-size",
    "journald": "labels labels-regex env env-regex tag mode max-buffer-size",
}
#: Patterns of the options of log drivers that send what they log, as far as they are known here.
REMOTE: dict[str, dict[str, str]] = {
    "syslog": {
        "syslog-address": r"(udp|tcp)://[\w.-]+(:\d{1,5})?",
        "syslog-facility": r"daemon|user|local[0-7]|syslog",
        "syslog-format": r"rfc5424|rfc3164|rfc5424micro",
    },
    "gelf": {
        "gelf-address": r"(udp|tcp)://[\w.-]+:\d{1,5}",
        "gelf-compression-type": r"gzip|zlib|none",
    },
    "fluentd": {
        "fluentd-address": r"(tcp://)?[\w.-]+:\d{1,5}",
        "fluentd-async-connect": r"true|false",
    },
}
_OF_ANY_REMOTE = {"tag": r"[^\n]*", "labels": r"[\w.,-]*", "env": r"[\w.,-]*"}


def check_log_options(value: Any, driver: str, notes: Notes) -> None:
    """Note options that the log driver does not know."""
    if isinstance(value, dict) and driver in REMOTE:
        for name, setting in value.items():
            if not isinstance(setting, str) or not re.fullmatch(_of_remote(driver, name), setting):
                notes.doubt(f"whether the log driver takes {name} = {setting}", None, STARTS)
        return
    if not isinstance(value, dict) or driver not in LOG_OPTIONS:
        notes.doubt(f"which options the log driver {driver} knows", None, STARTS)
        return
    known = LOG_OPTIONS[driver].split()
    for name, setting in value.items():
        if name not in known:
            message = f"failed to set log opts: unknown log opt '{name}' for {driver} log driver"
            notes.fail(FAILED + message, None, f'"{name}"')
            return
        if name == "mode" and setting not in ("blocking", "non-blocking"):
            message = f"failed to set log opts: logger: logging mode not supported: {setting}"
            notes.fail(FAILED + message, None, f'"{setting}"')
            return
        is_text = isinstance(setting, str)
        if name in _CHECKS and not (is_text and re.fullmatch(_CHECKS[name], setting)):
            notes.doubt(f"whether the log driver takes {name} = {setting}", None, STARTS)


def _of_remote(driver: str, name: str) -> str:
    """Return the pattern of an option's values; one that nothing matches if it is not known."""
    known = _OF_ANY_REMOTE | REMOTE[driver]
    return known.get(name, r"(?!)")


#: Checks of options by name; the others take any text.
_CHECKS = {
    "max-size": SIZE,
    "max-file": r"0*[1-9]\d*",
    "compress": r"true|false",
    "max-buffer-size": SIZE,
}

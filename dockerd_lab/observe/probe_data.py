"""Reads the requests that provision/probe.py tries: a file for each kind, in provision/probe.

A new kind of request is a new file. `bypasses` are ways around what stands before a daemon,
`changes` are requests that change something.
"""

import base64
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from dockerd_lab.yamlfile import Model, YamlModel, load

#: No container, image, volume, network or plugin has this name.
ABSENT = "dockerd-lab-absent"
#: A container that never runs, which provision/setup.sh creates.
OBJECT = "dockerd-lab-object"


class Way(YamlModel):
    """One unusual way to send a request: what differs from the request that docker sends."""

    path: str | None = Field(None, description="the path, made of the parts of the usual one")
    query: str | None = Field(None, description="a further argument")
    method: str | None = Field(None, description="the method in place of the usual one")
    headers: dict[str, str] = Field(default_factory=dict, description="further headers")
    host: str | None = Field(None, description="the Host header")
    http: Literal["1.0", "2", "upgrade"] | None = Field(None, description="the version of HTTP")
    chunked: bool | None = Field(None, description="the body is chunked")
    preamble: str | None = Field(None, description="what the connection starts with")
    certificate: str | None = Field(None, description="a certificate of cases/credentials.py")
    named: str | None = Field(None, description="a value for all that a proxy reads to know who")
    password: str | None = Field(None, description="a user and a password, as USER:PASSWORD")


class Bypasses(YamlModel):
    """A file of ways around what stands before a daemon."""

    title: str
    proves: str = Field(description="what is wrong where one of the ways is let through")
    source: str
    only_after: list[int] | None = Field(None, description="the statuses after which to try them")
    names: list[str] = Field(default_factory=list, description="headers that `named` sends")
    ways: list[Way]


class Change(YamlModel):
    """A request that would change something, and the answer of a daemon that receives it."""

    request: str = Field(pattern=r"^[A-Z]+ /\S+$", description="method and path")
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    status: list[int] = Field(default_factory=lambda: [404])
    answer: str = Field(description="a regular expression that the daemon's answer contains")
    every_way: bool = Field(False, description="also sent in all ways around a proxy")


class Changes(YamlModel):
    """A file of changes."""

    title: str
    proves: str = Field(description="what somebody can do who may send one of the requests")
    source: str
    changes: list[Change]


def bypasses(
    data: Path, addresses: Mapping[str, str], fields: Mapping[str, Iterable[str]]
) -> list[dict[str, Any]]:
    """Return all ways as probe.py takes them.

    - `addresses` replace `{client}` and `{address}`.
    - `fields` are the names of the headers, cookies and arguments that a proxy reads:
      `headers`, `cookies` and `arguments`.
    """
    return [
        _fill_in(way, addresses)
        for file in _read(data / "provision/probe/bypasses", Bypasses)
        for way in _ways_to_try(file, fields)
    ]


def changes(data: Path) -> list[dict[str, Any]]:
    """Return all changes as probe.py takes them."""
    names = {"absent": ABSENT, "object": OBJECT}
    return [
        {
            "method": change.request.split(" ", 1)[0],
            "path": _fill_in(change.request.split(" ", 1)[1], names),
            **change.model_dump(include={"body", "headers", "status", "answer", "every_way"}),
        }
        for file in _read(data / "provision/probe/changes", Changes)
        for change in file.changes
    ]


def _ways_to_try(file: Bypasses, fields: Mapping[str, Iterable[str]]) -> Iterator[dict[str, Any]]:
    """Yield the ways of a file with probe.py's keys: `named` and `password` are resolved."""
    for way in file.ways:
        data = way.model_dump(exclude_defaults=True, exclude={"named", "password"})
        if way.password is not None:
            token = base64.b64encode(way.password.encode()).decode()
            data["headers"] = {"Authorization": f"Basic {token}"}
        if way.named is not None:
            names = [*file.names, *fields["headers"]]
            cookies = "; ".join(f"{name}={way.named}" for name in fields["cookies"])
            data["headers"] = dict.fromkeys(names, way.named)
            data["headers"] |= {"Cookie": cookies} if cookies else {}
            arguments = "&".join(f"{name}={way.named}" for name in fields["arguments"])
            data |= {"query": arguments} if arguments else {}
        if file.only_after is not None:
            data["only_after"] = file.only_after
        yield data


def _fill_in(value: Any, words: Mapping[str, str]) -> Any:
    """Return a value with `{name}` in its texts replaced by the word of that name."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {key: _fill_in(each, words) for key, each in value.items()}
    return value


@functools.cache
def _read(directory: Path, model: type[Model]) -> list[Model]:
    """Return the parsed files of a directory, sorted by name; raises BadInput if one is invalid."""
    return [load(path, model) for path in sorted(directory.glob("*.yaml"))]

"""Finds the directories from which nginx serves files, and the paths under which it does."""

from collections.abc import Iterator
from dataclasses import dataclass

from dockerd_lab.config.nginx_tree import Node


@dataclass(frozen=True)
class Served:
    """Files that nginx serves: those whose path begins with `files`, with `path` in its place."""

    path: str
    files: str
    directory: str
    """The directory in which they are."""

    def request_path(self, file: str) -> str | None:
        """Return the path under which a file is served; None if it is not.

        >>> Served("/ca../", "/etc/docker/", "/etc/docker").request_path("/etc/docker/key.pem")
        '/ca../key.pem'
        """
        rest = file.removeprefix(self.files)
        return None if rest == file else self.path + rest


def served(tree: Node) -> list[Served]:
    """Return what nginx serves: below `root`, and below `alias` with what lies beside it.

    With `location /ca { alias /srv/ca/; }` the path `/ca../x` is that of `/srv/x`.
    """
    found: dict[Served, None] = {}
    for context in tree.own("http"):
        for server in context.own("server"):
            for each in _of_block(server, _root(context)):
                found[each] = None
    return list(found)


def _of_block(block: Node, inherited: str, path: str = "/") -> Iterator[Served]:
    root = _root(block) or inherited
    alias = next((node.first for node in block.own("alias")), "")
    if alias.startswith("/") and "$" not in alias:
        directory = alias.rstrip("/")
        yield Served(path, alias, directory)
        if alias.endswith("/") and not path.endswith("/"):
            parent = directory.rpartition("/")[0]
            yield Served(f"{path}../", f"{parent}/", parent or "/")
    elif root.startswith("/") and "$" not in root and root != "/":
        directory = root.rstrip("/")
        yield Served(path, directory + path, directory + path.rpartition("/")[0])
    for location in block.own("location"):
        if location.first not in ("~", "~*", "=") and location.arguments:
            yield from _of_block(location, root, location.arguments[-1])


def _root(block: Node) -> str:
    return next((node.first for node in block.own("root")), "")

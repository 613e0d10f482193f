"""Finds Debian's archives for a suite, by this computer's own apt sources."""

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import run


def archives(suite: str) -> list[str]:
    """Return the main archive, and the security archive if the suite has one.

    They are taken from this computer's own apt sources, with the suite replaced. Raises
    HarnessError if these name none of Debian's.
    """
    codename = run(
        ["sh", "-c", '. /etc/os-release && echo "${VERSION_CODENAME:-}"'],
        what="reading /etc/os-release",
        timeout=10,
    ).stdout.strip()
    targets = run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI) $(ORIGIN)",
        ],
        what="reading this computer's apt sources",
        timeout=30,
    ).stdout
    by_release: dict[str, str] = {}
    for line in targets.splitlines():
        created_by, release, component, uri, *origin = line.split()
        # Another distribution has none of Debian's suites.
        if created_by == "Packages" and component == "main" and origin == ["Debian"]:
            by_release.setdefault(release, uri)
    if codename not in by_release:
        raise HarnessError(
            f"a box is built from Debian's archive, and this computer's apt sources name none of"
            f" release {codename!r}",
            "apt-get indextargets   # shows what they name, and whose it is: Origin",
        )
    security = by_release.get(f"{codename}-security") if suite == codename else None
    return [by_release[codename], *([security] if security else [])]

"""Writes the texts of a project's first files."""

import json
from collections.abc import Sequence

from dockerd_lab.init.find import Found
from dockerd_lab.project import PROJECT_FILE

#: The configuration of a repository that has none yet.
EXAMPLE = "docker-hosts/example"
EXAMPLE_FILES = {f"{EXAMPLE}/etc/docker/daemon.json": '{\n  "live-restore": true\n}\n'}

TOX = """\
[testenv]
skip_install = true
deps = dockerd-lab[lab]
pass_env = LAB_*, XDG_*
commands =
    dockerd-lab validate {posargs}
    pytest docker_hosts.py
"""
#: Not test_*.py: only who names it starts machines.
SUITE = '''\
"""What this repository's Docker hosts must do besides, on real machines: pytest docker_hosts.py."""


def test_the_daemon_s_socket_is_for_group_docker_alone(lab_daemon, lab_observation):
    socket = lab_daemon.file("/run/docker.sock")
    if lab_observation.daemon.outcome.daemon == "active" and socket.exists:
        assert (socket.group, socket.mode) == ("docker", 0o660)
'''

_HEAD = """\
# What `dockerd-lab validate` tries on real Docker Engines, and who may get access.
# Paths and globs start here. Each of them is one configuration, laid out as on the machine.
"""
_POLICY = """\
# More keys of a configuration:
#   run-on: [debian-12, debian-13]       # engines: dockerd-lab box list
#   unit: docker-ce                      # Docker's own docker.service instead of Debian's
#   allow-insecure: REASON               # strangers may control this daemon
#   policy: {outsider: {level: read-only, reason: REASON}}    # or local-user, container
"""
_RENDER = """\
# These have to be rendered: a command writes files as on the machine (etc/docker/daemon.json) into
# $DOCKERD_LAB_OUTPUT, and is run only by `validate --render` and `lint --render`.
{templates}
#  - name: rendered
#    render: [COMMAND, ARGUMENT]
"""

GITHUB = """\
# Tries this repository's Docker configurations on real Docker Engines, in virtual machines.
# The container is Debian's because the lab's packages are; --privileged lets it make namespaces
# and open /dev/kvm. dockerd-lab's own tests have not run this file on GitHub.
name: docker-hosts
on: [push, pull_request]
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-24.04
    container:
      image: debian:12
      options: --privileged
    timeout-minutes: 60
    strategy:
      fail-fast: false
      matrix:
        engine: [debian-12]
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - run: apt-get update && apt-get install -y --no-install-recommends python3-venv
      - run: python3 -m venv /opt/lab && /opt/lab/bin/pip install 'dockerd-lab[lab]'
      - run: /opt/lab/bin/dockerd-lab bootstrap
      - id: boxes
        run: echo "key=$(/opt/lab/bin/dockerd-lab cache key "$ENGINE")" >>"$GITHUB_OUTPUT"
        env:
          ENGINE: ${{ matrix.engine }}
      - uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3
        with:
          key: ${{ steps.boxes.outputs.key }}
          path: |
            ~/.cache/dockerd-lab/boxes
            ~/.local/state/dockerd-lab/id_ed25519*
      - run: >-
          /opt/lab/bin/dockerd-lab validate --engine "$ENGINE"
          --junitxml dockerd-lab.xml --markdown "$GITHUB_STEP_SUMMARY"
        env:
          ENGINE: ${{ matrix.engine }}
"""

GITLAB = """\
# Tries this repository's Docker configurations on real Docker Engines, in virtual machines.
# The runner must allow privileged containers. dockerd-lab's own tests have not run this on GitLab.
docker-hosts:
  image: debian:12
  timeout: 60 minutes
  parallel:
    matrix:
      - ENGINE: [debian-12]
  script:
    - apt-get update && apt-get install -y --no-install-recommends python3-venv
    - python3 -m venv /opt/lab && /opt/lab/bin/pip install 'dockerd-lab[lab]'
    - /opt/lab/bin/dockerd-lab bootstrap
    - /opt/lab/bin/dockerd-lab validate --engine "$ENGINE" --junitxml dockerd-lab.xml
  artifacts:
    when: always
    reports:
      junit: dockerd-lab.xml
"""


def project_files(found: Found, refused: dict[str, str]) -> dict[str, str]:
    """Return the texts of the files by their path from the root.

    `refused` has the reason why a configuration cannot be validated, by its name.
    """
    usable = [name for name in found.configurations if name not in refused]
    entries = [_entry(name, found.configurations[name]) for name in usable]
    text = _HEAD + "configurations:\n"
    files = {}
    if not entries:
        text += "  # No configuration was found that can be validated as it lies: an example.\n"
        entries = [f"  - {EXAMPLE}\n"]
        files = dict(EXAMPLE_FILES)
    text += "".join(entries)
    for name, reason in refused.items():
        lines = "".join(f"  # {line}\n" for line in reason.splitlines())
        text += f"{lines}  # - {_scalar(found.configurations[name][0])}\n"
    if found.templates:
        text += _RENDER.format(templates="\n".join(f"#   {each}" for each in found.templates))
    return {
        PROJECT_FILE: text + _POLICY,
        **files,
        "docker_hosts.py": SUITE,
        "tox.ini": TOX,
        ".github/workflows/docker-hosts.yml": GITHUB,
        ".gitlab-ci.yml": GITLAB,
    }


def beside_others(name: str, text: str) -> str:
    """Return what a file that exists already could have of this text, which would be all of it."""
    return text.replace("[testenv]", "[testenv:docker-hosts]") if name == "tox.ini" else text


def _entry(name: str, parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return f"  - {_scalar(parts[0])}\n"
    return f"  - name: {_scalar(name)}\n    files: [{', '.join(map(_scalar, parts))}]\n"


def _scalar(text: str) -> str:
    """Return a path as YAML has it; in JSON's quotes where it is not a plain word."""
    plain = all(c.isalnum() or c in "/._-" for c in text) and text[:1].isalpha()
    return text if plain else json.dumps(text)

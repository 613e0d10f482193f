"""Repositories that are laid out differently, for `dockerd-lab init`, and what it finds."""

import json
import shutil
from dataclasses import dataclass, field

from copies import CHECKOUT
from observations import write

DAEMON_JSON = "/etc/docker/daemon.json"
DROP_INS = "/etc/systemd/system/docker.service.d"
OPTIONS = json.dumps({"live-restore": True})
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
NGINX = """\
events {}
http {
  server {
    listen 2375;
    location / { proxy_pass http://unix:/var/run/docker.sock:/; }
  }
}
"""
EXAMPLE = {"docker-hosts/example": [DAEMON_JSON]}


@dataclass(frozen=True)
class Repository:
    """The files of a repository by their paths, and what `init` finds in it."""

    files: dict[str, str]
    found: dict[str, list[str]] = field(default_factory=lambda: EXAMPLE)
    """The files on the machine of each configuration that it declares."""
    templates: tuple[str, ...] = ()


REPOSITORIES = {
    "empty": Repository({}),
    "examples": Repository(  # a copy of this repository's, with a project inside
        {},
        templates=("repository/templates/daemon.json.j2", "repository/templates/override.conf.j2"),
    ),
    "machines": Repository(
        {
            "hosts/web/etc/docker/daemon.json": OPTIONS,
            "hosts/web/etc/systemd/system/docker.service.d/x.conf": DROP_IN,
            "hosts/gw-3 (old)/rootfs/etc/docker/daemon.json": OPTIONS,
            "hosts/ci/etc/default/docker": 'DOCKER_OPTS="-H fd://"\n',
            "hosts/README.md": "x",
        },
        {
            "hosts/web": [DAEMON_JSON, f"{DROP_INS}/x.conf"],
            "hosts/gw-3 (old)": [DAEMON_JSON],
            "hosts/ci": ["/etc/default/docker"],
        },
    ),
    "flat": Repository(
        {
            "daemon.json": OPTIONS,
            "override.conf": DROP_IN,
            "nginx.conf": NGINX,
            "LICENSE": "x",
        },
        {"docker": [DAEMON_JSON, "/etc/nginx/nginx.conf", f"{DROP_INS}/override.conf"]},
    ),
    "role": Repository(
        {
            "site.yml": "- hosts: all\n  roles: [docker]\n",
            "roles/docker/defaults/main.yml": "docker_listen: tcp://0.0.0.0:2376\n",
            "roles/docker/tasks/main.yml": "- ansible.builtin.template: {src: daemon.json.j2}\n",
            "roles/docker/templates/daemon.json.j2": '{"hosts": ["{{ docker_listen }}"]}',
            "roles/docker/templates/override.conf.j2": DROP_IN,
            "roles/docker/files/daemon.json": '{"hosts": ["{{ docker_listen }}"]}',
            "roles/mysql/files/limits.conf": "[Service]\nLimitNOFILE=100000\n",
            "roles/www/files/site.conf": "server {\n  listen 80;\n}\n",
        },
        templates=(
            "roles/docker/files/daemon.json",
            "roles/docker/templates/daemon.json.j2",
            "roles/docker/templates/override.conf.j2",
        ),
    ),
    "monorepo": Repository(
        {
            "tox.ini": "[tox]\nenv_list = shop\n[testenv]\ncommands = pytest\n",
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--strict-config"\n',
            ".github/workflows/ci.yml": "on: push\njobs: {}\n",
            ".gitlab-ci.yml": "stages: [build]\nbuild: {stage: build, script: ['true']}\n",
            "services/test_shop.py": "def test_it(): pass\n",
            "infra/docker/daemon.json": json.dumps({"log-opts": {"tag": "{{.Name}}"}}),
            "infra/docker/docker.service.d/10-tcp.conf": DROP_IN,
            "node_modules/x/daemon.json": OPTIONS,
            ".cache/daemon.json": OPTIONS,
            "venv/pyvenv.cfg": "x",
            "venv/daemon.json": OPTIONS,
            "services/daemon.json": "[]",
        },
        {"infra/docker": [DAEMON_JSON, f"{DROP_INS}/10-tcp.conf"]},
    ),
    "puppet": Repository(
        {
            "modules/docker/files/docker.service.d_override.conf": DROP_IN,
            "modules/docker/templates/daemon.json.erb": '{"hosts": ["<%= @listen %>"]}',
            "modules/docker/manifests/init.pp": "class docker {}\n",
            "salt/docker/daemon.json.j2": '{"hosts": {{ pillar["hosts"] | json }}}',
            "cloud-init/user-data": "#cloud-config\nruncmd: [cp x /etc/docker/daemon.json]\n",
            "cloud-init/meta-data": "{}\n",
        },
        {
            "modules/docker/files/docker.service.d_override.conf": [
                f"{DROP_INS}/docker.service.d_override.conf"
            ]
        },
        (
            "cloud-init/user-data",
            "modules/docker/templates/daemon.json.erb",
            "salt/docker/daemon.json.j2",
        ),
    ),
    "etckeeper": Repository(
        {"etc/docker/daemon.json": OPTIONS, "etc/hosts": "x"}, {"etc": [DAEMON_JSON, "/etc/hosts"]}
    ),
    "broken": Repository(
        {"files/daemon.json": '{"hosts": [],}'}, {"files/daemon.json": [DAEMON_JSON]}
    ),
}


def make(name, root):
    """Make one of these repositories in `root`, which does not exist yet; return its files."""
    if name == "examples":
        shutil.copytree(CHECKOUT / "examples", root)
    else:
        root.mkdir(parents=True)
    for path, content in REPOSITORIES[name].files.items():
        write(root / path, content)
    return texts(root)


def texts(root):
    """Return the content of each file below a directory."""
    return {path: path.read_text() for path in root.rglob("*") if path.is_file()}

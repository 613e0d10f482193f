"""Renders a host's files as they lie on it: python render.py HOST, into $DOCKERD_LAB_OUTPUT."""

import os
import sys
from pathlib import Path

import jinja2
import yaml

PLACES = {
    "daemon.json.j2": "etc/docker/daemon.json",
    "override.conf.j2": "etc/systemd/system/docker.service.d/override.conf",
}

host = sys.argv[1]
listen = yaml.safe_load(Path("hosts.yaml").read_text())[host]
templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader("templates"),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  (these files are no HTML)
)
for name, place in PLACES.items():
    file = Path(os.environ["DOCKERD_LAB_OUTPUT"], place)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(templates.get_template(name).render(host=host, listen=listen))

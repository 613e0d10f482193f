"""Links of the input: which are followed, which stay, and which are refused."""

import json
import os

import pytest
from observations import write

from dockerd_lab.config.value import Place
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect

HOSTS = {"hosts": ["tcp://0.0.0.0:2375"]}
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
SITE = "server {\n  listen 2376 ssl;\n}\n"


def test_a_link_is_read_where_it_leads(tmp_path, into):
    write(tmp_path / "etc/docker/daemon.prod.json", HOSTS)
    (tmp_path / "etc/docker/daemon.json").symlink_to("daemon.prod.json")
    gathered = collect([tmp_path], into)
    assert json.loads(gathered.texts["/etc/docker/daemon.json"]) == HOSTS
    assert gathered.link_targets == {"/etc/docker/daemon.prod.json"}


def test_a_directory_may_be_a_link(top, into):
    write(top / "etc/systemd/system/x.d/o.conf", DROP_IN)
    (top / "etc/systemd/system/docker.service.d").symlink_to("x.d")
    gathered = collect([top], into)
    drop_in = "/etc/systemd/system/docker.service.d/o.conf"
    assert [gathered.texts[name] for name in gathered.texts if "system" in name] == [DROP_IN]
    assert gathered.user_path(Place(drop_in, 2)) == f"{top}/etc/systemd/system/x.d/o.conf:2"


def test_links_within_a_part_of_a_machine(top, into):
    write(top / "etc/nginx/sites-available/docker", SITE)
    (top / "etc/nginx/sites-enabled").mkdir()
    (top / "etc/nginx/sites-enabled/docker").symlink_to("/etc/nginx/sites-available/docker")
    assert "/etc/nginx/sites-enabled/docker" in collect([top / "etc"], into).origins


@pytest.mark.parametrize("name", ["provision.sh", "restart.sh", "unit", "client"])
def test_a_case_s_own_files_are_no_links(top, into, name):
    """They are read and written on this computer."""
    (top / "etc/docker/daemon.json").rename(write(top / "rootfs/etc/docker/daemon.json", {}))
    write(top / "home/u/f", "x")
    (top / name).symlink_to("/home/u/f")
    with pytest.raises(BadInput, match="a link; give the file"):
        collect([top], into)
    assert not (into / name).exists()


def test_packaged_targets_are_for_units_and_sites_only(top, into):
    (top / "home").mkdir()
    (top / "home/x").symlink_to("/lib/systemd/system/docker.service")
    with pytest.raises(BadInput, match="which is not in the input"):
        collect([top], into)


def test_a_file_that_a_script_changed_is_no_link_of_this_computer(top, into, tmp_path):
    write(top / "etc/docker/daemon.json", "{}")
    link = tmp_path / "link"
    link.symlink_to("/elsewhere")
    changed = collect([top], into).with_changes({str(link): "{}"})
    assert changed.link_targets == set()
    assert changed.resolve(str(link)) == str(link)


def test_nothing_is_written_through_a_link_of_the_input(top, into, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    write(top / "opt/here/keep", "x")
    (top / "lib/systemd").mkdir(parents=True)
    (top / "lib/systemd/system").symlink_to("/opt/here")
    write(top / "etc/systemd/system/multi-user.target.wants/docker.service", DROP_IN)
    with pytest.raises(BadInput, match="it is a file or a link"):
        collect([top], into)


def test_a_copy_that_followed_the_links(top, into):
    for directory in ("lib/systemd/system", "etc/systemd/system/multi-user.target.wants"):
        write(top / directory / "docker.service", DROP_IN)
    assert "/lib/systemd/system/docker.service" in collect([top], into).origins


def test_what_is_a_link_on_a_machine_is_the_packaged_unit(top, into):
    write(top / "etc/systemd/system/multi-user.target.wants/docker.service", DROP_IN)
    gathered = collect([top], into)
    assert "/lib/systemd/system/docker.service" in gathered.origins
    assert any("is a link on a machine" in note for note in gathered.notes)


def test_links_to_what_packages_bring_are_as_in_a_copy_of_etc(top, into):
    wants = top / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "docker.service").symlink_to("/lib/systemd/system/docker.service")
    collect([top], into)
    assert (into / "rootfs" / wants.relative_to(top) / "docker.service").is_symlink()


def test_links_inside_stay_links(top, into):
    write(top / "etc/nginx/sites-available/docker", SITE)
    enabled = top / "etc/nginx/sites-enabled"
    enabled.mkdir()
    (enabled / "docker").symlink_to("../sites-available/docker")
    (enabled / "absolute").symlink_to("/etc/nginx/sites-available/docker")
    (top / "etc/systemd/system").mkdir(parents=True)
    (top / "etc/systemd/system/docker.socket").symlink_to("/dev/null")
    collect([top], into)
    assert os.readlink(into / "rootfs/etc/nginx/sites-enabled/docker") == (
        "../sites-available/docker"
    )
    assert os.readlink(into / "rootfs/etc/systemd/system/docker.socket") == "/dev/null"

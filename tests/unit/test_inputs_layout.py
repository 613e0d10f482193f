"""Files that do not lie as on the machine: where each goes."""

import pytest
from observations import write

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect

DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
SITE = "server {\n  listen 2376 ssl;\n}\n"


def test_a_part_of_a_machine_s_etc_and_a_flat_directory(top, tmp_path, into):
    drop_ins = tmp_path / "docker.service.d"
    write(drop_ins / "x.conf", DROP_IN)
    flat = tmp_path / "repository"
    write(flat / "nginx.conf", "events {}\n")
    write(flat / "README.md", "Docker")
    collected = collect([top / "etc", drop_ins, flat], into)
    assert list(collected.origins) == [
        "/etc/docker/daemon.json",
        "/etc/nginx/nginx.conf",
        "/etc/systemd/system/docker.service.d/x.conf",
    ]
    assert collected.ignored == ["README.md"]


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize(
    "named",
    [
        ('{"defaultAction": ""}', "--seccomp-profile=/etc/docker/my.json", "/etc/docker/my.json"),
        ("{}", "--config-file /srv/docker/my.json", "/srv/docker/my.json"),
        ("DOCKER_OPTS=-D\n", "\nEnvironmentFile=-/etc/docker/my.json", "/etc/docker/my.json"),
        ("{}", "", "/etc/docker/daemon.json"),
        ("{}", "--config-file /mnt/my.json", "/etc/docker/daemon.json"),
        ("PEM", "--tlscacert=/etc/docker/tls/my.json", "/etc/docker/tls/my.json"),
    ],
)
def test_a_file_goes_where_another_names_it(tmp_path, into, named, one_by_one):
    (content, beside, where), flat = named, tmp_path / "flat"
    write(flat / "my.json", content)
    write(flat / "override.conf", f"{DROP_IN.rstrip()} {beside}\n")
    paths = [flat / "my.json", flat / "override.conf"] if one_by_one else [flat]
    assert where in collect(paths, into).origins


def test_a_site_goes_where_the_given_nginx_conf_looks(tmp_path, into):
    write(tmp_path / "nginx.conf", "events {}\nhttp {\n include /etc/nginx/conf.d/*.conf;\n}\n")
    write(tmp_path / "default.conf", SITE)
    assert "/etc/nginx/conf.d/default.conf" in collect([tmp_path], into).origins


def test_of_several_json_the_one_of_that_name_is_meant(tmp_path, into):
    for name in ("daemon.json", "key.json", "package.json"):
        write(tmp_path / "repository" / name, {})
    collected = collect([tmp_path / "repository"], into)
    assert [file.name for file in collected.origins.values()] == ["daemon.json"]
    assert collected.ignored == ["key.json", "package.json"]


def test_two_files_for_one_place_are_one_too_many(tmp_path, into):
    for name in ("override", "override.conf"):
        write(tmp_path / "repository" / name, DROP_IN)
    with pytest.raises(BadInput, match="would be both"):
        collect([tmp_path / "repository"], into)


def test_many_files_that_lie_anyhow_are_not_looked_into(tmp_path, into):
    for number in range(30):
        write(tmp_path / "repository" / f"{number}.json", {})
    with pytest.raises(BadInput, match="nothing of it would be installed"):
        collect([tmp_path / "repository"], into)


def test_a_file_may_be_said_to_go_to_the_host_s_own_directory(tmp_path, into):
    file = write(tmp_path / "ca.pem", "x")
    assert list(collect([], into, files=[f"{file}:/certs/ca.pem"]).origins) == ["/certs/ca.pem"]
    with pytest.raises(BadInput, match="no place for a configuration file"):
        collect([], into, files=[f"{file}:/proc/sys/ca.pem"])


@pytest.mark.parametrize(
    "place", ["/etc/docker", "/etc/docker/", "/etc/systemd/system/docker.service.d"]
)
def test_a_file_goes_to_no_directory(tmp_path, into, place):
    file = write(tmp_path / "my.json", {})
    with pytest.raises(BadInput, match="a directory; DEST is the path of the file itself"):
        collect([], into, files=[f"{file}:{place}"])

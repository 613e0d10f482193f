"""What a user gives, collected into one configuration."""

import io
from pathlib import Path, PurePosixPath

import pytest
from observations import write

from dockerd_lab.config import nginx
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.config.value import Place
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import layout
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.recognise import recognise_destination

DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
SITE = "server {\n  listen 2376 ssl;\n}\n"


def test_a_directory_is_installed_as_it_lies(top, into):
    write(top / "README.md", "about it")
    collected = collect([top], into)
    assert collected.name == "my-config"
    assert list(collected.texts) == ["/etc/docker/daemon.json"]
    assert (into / "rootfs/etc/docker/daemon.json").read_text() == collected.texts[
        "/etc/docker/daemon.json"
    ]
    assert collected.ignored == ["README.md"]
    assert collected.case is None


def test_several_files_are_one_configuration(top, tmp_path, into):
    drop_in = write(tmp_path / "override.conf", DROP_IN)
    key = write(tmp_path / "k", "-----BEGIN PRIVATE KEY-----\n")
    collected = collect([top, drop_in], into, files=[f"{key}:/etc/docker/tls/key.pem"])
    assert list(collected.origins) == [
        "/etc/docker/daemon.json",
        "/etc/docker/tls/key.pem",
        "/etc/systemd/system/docker.service.d/override.conf",
    ]
    assert collected.private == {"/etc/docker/tls/key.pem"}
    assert (into / "rootfs/etc/docker/tls/key.pem").stat().st_mode & 0o777 == 0o400
    assert "/etc/docker/tls/key.pem" not in collected.texts


@pytest.mark.parametrize("where", ["//root/.ssh/authorized_keys", "/root/.ssh/authorized_keys"])
def test_the_harness_s_own_key_stays(tmp_path, into, where):
    file = write(tmp_path / "k", "x")
    with pytest.raises(BadInput):
        collect([], into, files=[f"{file}:{where}"])


def test_what_nginx_includes_need_be_no_text(top, into):
    (top / "etc/nginx").mkdir()
    (top / "etc/nginx/geo.mmdb").write_bytes(b"\xff\xfe\x00")
    assert "/etc/nginx/geo.mmdb" not in collect([top], into).texts


@pytest.mark.timeout(5)
def test_long_input_takes_no_long_time(top, into):
    write(top / "etc/nginx/sites-enabled/a", "\n" * 100_000 + SITE)
    assert len(nginx.listens(collect([top], into).texts)) == 1
    with pytest.raises(BadInput):
        parse_dockerd_command("systemctl stop " + "docker" * 40 + " x dockerd")
    with pytest.raises(BadInput):
        parse_dockerd_command("dockerd" + " " * 10_000 + "$x")
    assert recognise_destination(PurePosixPath("x"), "\n" * 100_000) is None
    assert nginx.servers({"/etc/nginx/a": "\n" * 100_000}) == set()
    write(top.parent / "flat/daemon.json", {"label": "/" * 50_000})
    write(top.parent / "flat/x.conf", "[Service]\n" + "\n" * 100_000)
    assert len(layout.recognise_files(top.parent / "flat")[0]) == 2


def test_containerd_s_configuration_is_read(top, into):
    write(top / "etc/containerd/config.toml", "[grpc]\n")
    assert collect([top], into).texts["/etc/containerd/config.toml"] == "[grpc]\n"


def test_files_that_units_name_are_read_whatever_they_are_called(top, into):
    write(
        top / "etc/systemd/system/docker.service.d/x.conf",
        "[Service]\nEnvironmentFile=-/etc/a.env\n",
    )
    write(top / "etc/a.env", "A=b\n")
    assert collect([top], into).texts["/etc/a.env"] == "A=b\n"


def test_a_script_alone_is_a_configuration(tmp_path, into):
    script = tmp_path / "open-docker.sh"
    script.write_text("echo 'DOCKER_OPTS=\"-H tcp://0.0.0.0:2375\"' >>/etc/default/docker\n")
    assert collect([], into, provision=script).name == "open-docker.sh"


def test_a_file_on_standard_input_is_known_by_its_content(into, monkeypatch):
    text = '{"hosts": ["fd://"]}'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    collected = collect([Path("-")], into)
    assert collected.texts == {"/etc/docker/daemon.json": text}
    assert collected.user_path(Place("/etc/docker/daemon.json", 1)) == "-:1"

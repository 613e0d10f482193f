"""What a user gives: what is taken, and where it goes."""

import json
import os
import shutil
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from observations import write

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.config import nginx
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.config.value import Place
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import layout
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.recognise import recognise_destination
from dockerd_lab.settings import checkout

HOSTS = {"hosts": ["tcp://0.0.0.0:2375"]}
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
SITE = "server {\n  listen 2376 ssl;\n}\n"


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        ("a/daemon.json", "not json", "/etc/docker/daemon.json"),
        ("daemon-prod.json", "{}", "/etc/docker/daemon.json"),
        ("override.conf", DROP_IN, "/etc/systemd/system/docker.service.d/override.conf"),
        ("override", DROP_IN, "/etc/systemd/system/docker.service.d/override.conf"),
        ("roles/x/daemon.json.j2", "{{ x }}", "/etc/docker/daemon.json"),
        ("http-proxy.conf.j2", DROP_IN, "/etc/systemd/system/docker.service.d/http-proxy.conf"),
        ("a.service.d/a.config", DROP_IN, "/etc/systemd/system/a.service.d/a.config"),
        ("a.service", "[Unit]\n[Service]\nExecStart=/a\n", "/etc/systemd/system/a.service"),
        ("sysconfig/docker-storage", "", "/etc/sysconfig/docker-storage"),
        ("docker.service.d/a.conf", "", "/etc/systemd/system/docker.service.d/a.conf"),
        ("mine.service", "[Unit]\n" + DROP_IN, "/etc/systemd/system/docker.service"),
        ("docker.socket", "[Socket]\nListenStream=2375\n", "/etc/systemd/system/docker.socket"),
        ("docker-tcp.socket", "[Unit]\n[Socket]\n", "/etc/systemd/system/docker-tcp.socket"),
        (
            "tcp.conf",
            "[Socket]\nListenStream=2375\n",
            "/etc/systemd/system/docker.socket.d/tcp.conf",
        ),
        ("etc/default/docker", "", "/etc/default/docker"),
        ("docker", 'DOCKER_OPTS="-H fd://"\n', "/etc/default/docker"),
        ("docker", SITE, "/etc/nginx/sites-enabled/docker"),
        ("nginx.conf", "events {}\nhttp {\n" + SITE + "}\n", "/etc/nginx/nginx.conf"),
        ("rules", "#!/usr/sbin/nft -f\n", "/etc/nftables.conf"),
        ("rules", "table inet filter {\n", "/etc/nftables.conf"),
        ("rules.v4", "*filter\nCOMMIT\n", "/etc/iptables/rules.v4"),
        ("README.md", "Docker", None),
        ("docker", "#DOCKER_OPTS=''\nhttp_proxy=x\n", "/etc/default/docker"),
        ("docker.conf", "start on filesystem\nscript\n  DOCKER_OPTS=\n", None),
        ("docker", "OPTIONS='-H tcp://0.0.0.0:2375'\n", "/etc/sysconfig/docker"),
        ("proxy.conf", "http {\n  server {\n}\n", "/etc/nginx/sites-enabled/proxy.conf"),
        ("api.conf", "stream {\n  server {\n", "/etc/nginx/modules-enabled/90-api.conf"),
        ("a/nginx.conf", "include x;", "/etc/nginx/nginx.conf"),
        ("x.conf", "ExecStart=\n", "/etc/systemd/system/docker.service.d/x.conf"),
        (
            "docker-socat.service",
            "[Unit]\n[Service]\nExecStart=socat - UNIX:/var/run/docker.sock\n",
            "/etc/systemd/system/docker-socat.service",
        ),
        (
            "override",
            "[Unit]\nAfter=x\n[Service]\nRestart=no\n",
            "/etc/systemd/system/docker.service.d/override.conf",
        ),
    ],
)
def test_a_file_is_recognised(path, text, where):
    assert recognise_destination(PurePosixPath(path), text) == where


@given(st.text(min_size=1).filter(lambda name: "/" not in name), st.text())
def test_whatever_is_given_has_a_place_or_none(name, text):
    found = recognise_destination(PurePosixPath(f"/x/{name}"), text)
    assert found is None or found.startswith("/etc/")


def test_a_directory_is_installed_as_it_lies(top, into):
    write(top / "README.md", "about it")
    gathered = collect([top], into)
    assert gathered.name == "my-config"
    assert list(gathered.texts) == ["/etc/docker/daemon.json"]
    assert (into / "rootfs/etc/docker/daemon.json").read_text() == gathered.texts[
        "/etc/docker/daemon.json"
    ]
    assert gathered.ignored == ["README.md"]
    assert gathered.case is None


def test_several_files_are_one_configuration(top, tmp_path, into):
    drop_in = write(tmp_path / "override.conf", DROP_IN)
    key = write(tmp_path / "k", "-----BEGIN PRIVATE KEY-----\n")
    gathered = collect([top, drop_in], into, files=[f"{key}:/etc/docker/tls/key.pem"])
    assert list(gathered.origins) == [
        "/etc/docker/daemon.json",
        "/etc/docker/tls/key.pem",
        "/etc/systemd/system/docker.service.d/override.conf",
    ]
    assert gathered.private == {"/etc/docker/tls/key.pem"}
    assert (into / "rootfs/etc/docker/tls/key.pem").stat().st_mode & 0o777 == 0o400
    assert "/etc/docker/tls/key.pem" not in gathered.texts


def test_a_part_of_a_machine_s_etc_and_a_flat_directory(top, tmp_path, into):
    drop_ins = tmp_path / "docker.service.d"
    write(drop_ins / "x.conf", DROP_IN)
    flat = tmp_path / "repository"
    write(flat / "nginx.conf", "events {}\n")
    write(flat / "README.md", "Docker")
    gathered = collect([top / "etc", drop_ins, flat], into)
    assert list(gathered.origins) == [
        "/etc/docker/daemon.json",
        "/etc/nginx/nginx.conf",
        "/etc/systemd/system/docker.service.d/x.conf",
    ]
    assert gathered.ignored == ["README.md"]


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
    gathered = collect([tmp_path / "repository"], into)
    assert [file.name for file in gathered.origins.values()] == ["daemon.json"]
    assert gathered.ignored == ["key.json", "package.json"]


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


def test_nothing_is_written_through_a_link_of_the_input(top, into, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    write(top / "opt/here/keep", "x")
    (top / "lib/systemd").mkdir(parents=True)
    (top / "lib/systemd/system").symlink_to("/opt/here")
    write(top / "etc/systemd/system/multi-user.target.wants/docker.service", DROP_IN)
    with pytest.raises(BadInput, match="is a file or a link of the input as well"):
        collect([top], into)


@pytest.mark.parametrize("where", ["//root/.ssh/authorized_keys", "/root/.ssh/authorized_keys"])
def test_the_harness_s_own_key_stays(tmp_path, into, where):
    file = write(tmp_path / "k", "x")
    with pytest.raises(BadInput):
        collect([], into, files=[f"{file}:{where}"])


def test_a_copy_that_followed_the_links(top, into):
    for directory in ("lib/systemd/system", "etc/systemd/system/multi-user.target.wants"):
        write(top / directory / "docker.service", DROP_IN)
    assert "/lib/systemd/system/docker.service" in collect([top], into).origins


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


def test_files_that_units_name_are_read_whatever_they_are_called(top, into):
    write(
        top / "etc/systemd/system/docker.service.d/x.conf",
        "[Service]\nEnvironmentFile=-/etc/a.env\n",
    )
    write(top / "etc/a.env", "A=b\n")
    assert collect([top], into).texts["/etc/a.env"] == "A=b\n"


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


def test_a_script_alone_is_a_configuration(tmp_path, into):
    script = tmp_path / "open-docker.sh"
    script.write_text("echo 'DOCKER_OPTS=\"-H tcp://0.0.0.0:2375\"' >>/etc/default/docker\n")
    assert collect([], into, provision=script).name == "open-docker.sh"


def test_a_case_counts_and_brings_all_it_has(into):
    gathered = collect([checkout() / "provision/methods/sighup-reload"], into)
    assert gathered.complete
    assert gathered.case.expect.daemon == "active"
    assert (into / "before.json").exists()
    assert (into / "restart.sh").exists()


def test_a_case_without_files_is_one(into):
    assert collect([checkout() / "provision/methods/unix-default"], into).complete


def test_a_recorded_case_is_still_laid_out_like_the_machine(top, into):
    source = checkout() / "provision/methods/daemon-json/case.yaml"
    write(top / "case.yaml", source.read_text())
    gathered = collect([top], into)
    assert gathered.case is not None
    assert not gathered.complete


DAEMON = "/etc/docker/daemon.json"
RECORDED = [
    ("mine", {"daemon.json": "{}", "override.conf": DROP_IN}, [DAEMON]),
    ("etc", {"docker/daemon.json": "{}"}, [DAEMON]),
    ("docker.service.d", {"a.conf": DROP_IN}, ["/etc/systemd/system/docker.service.d/a.conf"]),
]


@pytest.mark.parametrize(("name", "files", "installed"), RECORDED)
def test_what_is_recorded_is_installed_as_before(tmp_path, into, name, files, installed):
    for path, content in files.items():
        write(tmp_path / name / path, content)
    before = collect([tmp_path / name], into).origins
    assert {*installed} <= {*before}
    shutil.rmtree(into)
    into.mkdir()
    source = checkout() / "provision/methods/daemon-json/case.yaml"
    write(tmp_path / name / "case.yaml", source.read_text())
    again = collect([tmp_path / name], into)
    assert again.origins == before
    assert again.case is not None
    assert not again.complete


@pytest.mark.parametrize("beside", ["README.md", ".gitignore", "fix.sh", "client/etc/x", ""])
def test_a_case_may_be_without_files(tmp_path, into, beside):
    source = checkout() / "provision/methods/unix-default/case.yaml"
    write(tmp_path / "mine/case.yaml", source.read_text())
    if beside:
        write(tmp_path / "mine" / beside, "")
    assert collect([tmp_path / "mine"], into).complete


def test_a_case_yaml_beside_a_misspelt_directory(tmp_path, into):
    source = checkout() / "provision/methods/daemon-json/case.yaml"
    write(tmp_path / "mine/case.yaml", source.read_text())
    write(tmp_path / "mine/ect/docker/daemon.json", "{}")
    with pytest.raises(BadInput, match="nothing of it would be installed"):
        collect([tmp_path / "mine"], into)


def test_every_case_of_this_repository_can_be_given(into):
    wrong = {}
    for case in find_cases(checkout()):
        directory = into / case.short_name
        directory.mkdir()
        gathered = collect([case.directory], directory)
        different = {*gathered.origins} ^ {str(file) for file in case.files}
        if different or not gathered.complete:
            wrong[case.name] = (gathered.complete, different)
    assert wrong == {}


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

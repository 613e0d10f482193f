"""A computer that lacks something: one error that names it and its fix, at once."""

import os
import subprocess

import pytest
from copies import cache_with_boxes, one_error

from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings

HIDE = "mount --bind /dev/null {}"
EMPTY = "mount -t tmpfs none {}"
GEMS = "/usr/share/rubygems-integration/all/specifications"


@pytest.mark.parametrize(
    ("broken", "named", "hint"),
    [
        (EMPTY.format("/dev/net"), "tun: /dev/net/tun cannot be opened", "modprobe tun"),
        (HIDE.format("/usr/bin/qemu-system-x86_64"), "qemu-system-x86_64", "qemu-system-x86"),
        (HIDE.format("/usr/bin/vagrant"), "not installed: vagrant", "install --no-install-rec"),
        (EMPTY.format(GEMS), "no libvirt provider", "vagrant-libvirt"),
    ],
    ids=["tun", "qemu", "vagrant", "vagrant-libvirt"],
)
def test_what_is_missing_is_named(fresh, broken, named, hint):
    result = fresh.dockerd_lab("up", limit=20, broken=broken)
    message = one_error(result)
    assert named in message
    assert hint in message
    doctor = fresh.dockerd_lab("doctor", limit=60, broken=broken)
    assert doctor.code == 3
    assert hint in doctor.output


def test_a_vagrant_that_fails_in_silence(fresh, tmp_path):
    silent = tmp_path / "vagrant"
    silent.write_text("#!/bin/sh\nexit 1\n")
    silent.chmod(0o755)
    broken = f"mount --bind {silent} /usr/bin/vagrant"
    cache = str(cache_with_boxes(tmp_path))
    message = one_error(fresh.dockerd_lab("up", limit=60, broken=broken, XDG_CACHE_HOME=cache))
    assert "`vagrant up` ended with exit code 1" in message
    assert "(vagrant printed nothing)" in message
    assert "vagrant.log" in message


def test_an_mmdebstrap_that_fails_half_way(fresh, tmp_path):
    failing = tmp_path / "mmdebstrap"
    failing.write_text(
        "#!/bin/sh\n"
        'for a; do case $a in */tree) mkdir -p "$a/usr"; echo x >"$a/usr/half";; esac; done\n'
        "echo 'E: unpacking docker.io failed' >&2\nexit 25\n"
    )
    failing.chmod(0o755)
    broken = f"mount --bind {failing} /usr/bin/mmdebstrap"
    cache = tmp_path / "cache"
    result = fresh.dockerd_lab(
        "box", "build", "debian-12", limit=60, broken=broken, XDG_CACHE_HOME=str(cache)
    )
    message = one_error(result)
    assert "exit code 25 of provision/box/build.sh" in message
    assert "E: unpacking docker.io failed" in message
    assert [p.name for p in cache.rglob("*") if p.suffix != ".lock"] == ["dockerd-lab", "boxes"]


def test_a_full_cache_disk(fresh, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    broken = f"mount -t tmpfs -o size=64m none {cache}"
    result = fresh.dockerd_lab(
        "box", "build", "debian-12", limit=30, broken=broken, XDG_CACHE_HOME=str(cache)
    )
    message = one_error(result)
    assert f"MB free at {cache}" in message
    assert "dockerd-lab clean" in message


def test_a_box_cut_short(fresh, tmp_path):
    from dockerd_lab.host.boxes import ensure_box  # noqa: PLC0415

    settings = load_settings(find_project())
    box = ensure_box(find_project(), "debian-12", settings.engine("debian-12"))
    cache = tmp_path / "cache/dockerd-lab/boxes"
    cache.mkdir(parents=True)
    copy = cache / box.directory.name
    subprocess.run(["cp", "-r", "--sparse=always", box.directory, copy], check=True)
    os.truncate(copy / "disk.img", box.disk.stat().st_size // 2)
    result = fresh.dockerd_lab("up", limit=20, XDG_CACHE_HOME=str(tmp_path / "cache"))
    message = one_error(result)
    assert "box debian-12 is damaged" in message
    assert f"rm -r {copy}" in message

"""The recipe of the boxes, with stand-ins for the programs that build: which files it takes."""

import os
import shutil
import subprocess

import pytest

from dockerd_lab.project import package_data

#: What the recipe runs on the host. mmdebstrap hands its hooks to a shell as the real one does.
PROGRAMS = {
    "mmdebstrap": """
for tree; do case $tree in */tree) break ;; esac; done
mkdir -p "$tree/boot" "$tree/tmp" "$tree/etc/initramfs-tools" "$tree/var/lib/dpkg"
echo kernel >"$tree/boot/vmlinuz-6"
echo initrd >"$tree/boot/initrd.img-6"
for hook; do
    case $hook in --*-hook=*) env sh -c "${hook#--*-hook=}" exec "$tree" || exit ;; esac
done
""",
    "chroot": 'ls "$1/tmp/packages" >"$1/installed"',
    "dpkg-query": "echo docker.io 1",
    "mke2fs": """
while [ "$1" != -d ]; do shift; done
cp -r "$2" "$(dirname "$3")/copy"
echo disk >"$3"
""",
}

NAMES = [
    "it's here",
    "$(touch executed) ü",
    "'$(touch executed)'",
    '"; touch executed; "`touch executed`',
    "two\nlines ",
    "-n *",
]


@pytest.fixture(params=NAMES)
def built(request, tmp_path):
    """What the recipe leaves where all of its paths are below a directory of that name."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    top = tmp_path / request.param
    recipe = top / "provision/box"
    shutil.copytree(package_data() / "provision/box", recipe)
    (recipe / "customize.sh").write_text('cp "$2" "$1/key"\n')
    key, packages, out = top / "key.pub", top / "debs", top / "out"
    key.write_text("ssh-ed25519 of the lab\n")
    packages.mkdir()
    (packages / "docker ce.deb").touch()
    out.mkdir()
    result = subprocess.run(
        [recipe / "build.sh", "bookworm", out, key, packages, "http://archive.invalid"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert not list(tmp_path.rglob("executed")), "a part of a path was run as a command"
    return out


def test_the_checkout_s_own_files_are_taken_whatever_its_path(built):
    assert sorted(path.name for path in built.iterdir()) == [
        "copy",
        "disk.img",
        "initrd.img",
        "packages.txt",
        "vmlinuz",
    ]
    tree, recipe = built / "copy", package_data() / "provision/box"
    assert (tree / "key").read_text() == "ssh-ed25519 of the lab\n"
    assert (tree / "installed").read_text() == "docker ce.deb\n"
    modules = (tree / "etc/initramfs-tools/modules").read_text()
    assert modules == "virtio_pci\nvirtio_blk\next4\n"
    files = [path for path in (recipe / "rootfs").rglob("*") if path.is_file()]
    assert files
    for file in files:
        assert (tree / file.relative_to(recipe / "rootfs")).read_bytes() == file.read_bytes()

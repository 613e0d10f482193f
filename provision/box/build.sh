#!/bin/sh
# Builds the disk, kernel and initrd of a box with mmdebstrap and mke2fs.
#
#   build.sh SUITE OUT PUBLIC_KEY PACKAGES MAIN_URI [SECURITY_URI]
#
# SUITE         Debian suite, for example bookworm
# OUT           an empty directory; disk.img, vmlinuz, initrd.img and packages.txt are put there
# PUBLIC_KEY    file with the ssh key that may log in as root and as vagrant
# PACKAGES      directory of .deb files to install instead of docker.io; - for the suite's own
# MAIN_URI      where the suite's packages are; SECURITY_URI adds SUITE-security
#
# Prints "step: …" before each step. LAB_UNSIGNED_SUITES=1 accepts an expired Release file.
set -eu
umask 022

suite=$1 out=$2 public_key=$3 packages=$4 main_uri=$5 security_uri=${6:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$out/tree
step() { printf 'step: %s\n' "$*"; }

own='/docker\.io|docker-cli/ { next }'
[ "$packages" != - ] || own=
include=$(sed 's/#.*//' "$here/packages" | awk "$own"' NF { printf "%s%s", sep, $1; sep = "," }')
options=
[ "${LAB_UNSIGNED_SUITES:-}" != 1 ] || options='[check-valid-until=no] '
set -- "deb $options$main_uri $suite main"
[ -z "$security_uri" ] || set -- "$@" "deb $options$security_uri $suite-security main"

step "installing Debian $suite with mmdebstrap"
# A shell runs the hooks, with the new system's root directory as $1. It has the paths from the
# environment: in the text of a hook, a quote in a checkout's path would end a word.
export BOX_RECIPE="$here" BOX_PUBLIC_KEY="$public_key" BOX_PACKAGES="$packages"
# provision/box/excluded lists what is left out of the packages.
while read -r pattern; do
    case $pattern in '' | '#'*) ;; *) printf 'path-exclude=%s\n' "$pattern" ;; esac
done <"$here/excluded" >"$out/dpkg.cfg"
# In the new system, so that its apt finds what the packages depend on.
# shellcheck disable=SC2016  # what is in single quotes is for the hooks' shell
{
    install_packages=true
    if [ "$packages" != - ]; then
        install_packages='mkdir "$1/tmp/packages" && cp "$BOX_PACKAGES"/*.deb "$1/tmp/packages/" &&
            chroot "$1" sh -c "apt-get -q -y install --no-install-recommends /tmp/packages/*.deb" &&
            rm -rf "$1/tmp/packages"'
    fi
    # Whoever the checkout belongs to: what is on the machine is root's, and only root may change it.
    copy='tar -C "$BOX_RECIPE/rootfs" --owner=0 --group=0 --mode=u=rwX,go=rX -cf - . |
        tar -C "$1" -xpf -'
    modules='printf "virtio_pci\nvirtio_blk\next4\n" >"$1/etc/initramfs-tools/modules"'
    customize='sh "$BOX_RECIPE/customize.sh" "$1" "$BOX_PUBLIC_KEY"'
}
mmdebstrap --quiet --variant=minbase --include="$include" --dpkgopt="$out/dpkg.cfg" \
    --essential-hook="$copy" --essential-hook="$modules" \
    --customize-hook="$install_packages" --customize-hook="$customize" \
    "$suite" "$tree" "$@"

step "making the filesystem with mke2fs"
dpkg-query --admindir="$tree/var/lib/dpkg" -W -f='${Package} ${Version}\n' >"$out/packages.txt"
cp "$tree"/boot/vmlinuz-* "$out/vmlinuz"
cp "$tree"/boot/initrd.img-* "$out/initrd.img"
rm -rf "${tree:?}"/boot/*
# Sparse: it takes what the files take. No reserved blocks, a small journal.
mke2fs -q -t ext4 -L root -m 0 -N 120000 -J size=16 -d "$tree" "$out/disk.img" 6G
rm -rf "$tree" "$out/dpkg.cfg"

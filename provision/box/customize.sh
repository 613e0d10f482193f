#!/bin/sh
# Turns the installed packages into a lab machine. Run by build.sh on the host:
#
#   customize.sh ROOT PUBLIC_KEY
set -eu

root=$1 public_key=$2

# Accounts: Vagrant's user and root log in with the lab's own key, nobody with a password.
chroot "$root" useradd --create-home --shell /bin/bash vagrant
chmod 0440 "$root/etc/sudoers.d/vagrant"
for home in root home/vagrant; do
    install -d -m 0700 "$root/$home/.ssh"
    install -m 0600 "$public_key" "$root/$home/.ssh/authorized_keys"
done
chroot "$root" chown -R vagrant: /home/vagrant/.ssh

# Debian's dockerd is /usr/sbin/dockerd, Docker's own packages have /usr/bin/dockerd;
# configurations in the wild name either.
[ -e "$root/usr/bin/dockerd" ] || ln -s ../sbin/dockerd "$root/usr/bin/dockerd"

# Every `systemctl daemon-reload` runs all generators, a second and a half on an emulated machine.
# Left are those that make units here: of fstab and of init scripts.
generators=$root/etc/systemd/system-generators
mkdir -p "$generators"
for name in bless-boot cryptsetup debug getty gpt-auto hibernate-resume integritysetup rc-local run \
    system-update veritysetup; do
    ln -s /dev/null "$generators/systemd-$name-generator"
done

# Profiles of programs that no machine has: Debian 14's take 14 s of an emulated machine's first boot.
find "$root/etc/apparmor.d" -maxdepth 1 -type f ! -name busybox ! -name runc ! -name unix-chkpwd \
    ! -name unprivileged_userns -delete

# Boot: the network by systemd-networkd, no clock-driven work, no login on the serial console.
# nginx is there for the cases that use it; it is not running.
chroot "$root" systemctl --quiet enable systemd-networkd.service
chroot "$root" systemctl --quiet disable nginx.service e2scrub_reap.service 2>/dev/null || true
chroot "$root" systemctl --quiet mask serial-getty@ttyS0.service getty@tty1.service \
    getty-static.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer fstrim.timer logrotate.timer man-db.timer systemd-networkd-wait-online.service
echo '/dev/vda / ext4 rw,relatime 0 1' >"$root/etc/fstab"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"

# An image for `docker load`, in docker save's format: busybox with its applets.
images=$root/usr/local/share/dockerd-lab
work=$images/work
mkdir -p "$work/root/bin"
cp "$root/bin/busybox" "$work/root/bin/busybox"
chroot "$root" /bin/busybox --list | while read -r applet; do
    [ "$applet" = busybox ] || ln -s busybox "$work/root/bin/$applet"
done
tar -C "$work/root" --sort=name --owner=0 --group=0 --mtime=@0 -cf "$work/layer.tar" bin
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
cat >"$work/config.json" <<JSON
{"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
 "config": {"Cmd": ["sh"], "Env": ["PATH=/bin"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]},
 "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "dockerd-lab"}]}
JSON
cat >"$work/manifest.json" <<JSON
[{"Config": "config.json", "RepoTags": ["busybox:latest"], "Layers": ["layer.tar"]}]
JSON
tar -C "$work" -cf "$images/busybox.tar" manifest.json config.json layer.tar
rm -rf "$work"

# What only the installation needed.
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/debconf/*-old \
    "$root"/usr/lib/udev/hwdb.bin "$root"/usr/share/i18n "$root"/usr/share/doc/* "$root"/usr/share/locale/*

# Nothing is newer than what systemd keeps of it: a first boot need not make that anew.
touch "$root/etc/.updated" "$root/var/.updated"

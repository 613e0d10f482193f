"""Defines where the configuration of docker, nginx and firewalls lies on a machine."""

#: The file that dockerd reads, unless --config-file names another.
DAEMON_JSON = "/etc/docker/daemon.json"
#: The unix socket on which the packaged docker.socket listens.
DOCKER_SOCKET = "/run/docker.sock"
#: The directory for an administrator's units.
UNITS = "/etc/systemd/system"
#: Docker's own units, which its package enables.
DOCKER_UNITS = ("docker.service", "docker.socket")
#: Debian's file for options, which its docker.service passes on.
DEFAULTS = "/etc/default/docker"
#: Red Hat's file for options; on Debian only a unit of the input itself reads it.
SYSCONFIG = "/etc/sysconfig/docker"
CONTAINERD = "/etc/containerd/config.toml"
NFTABLES = "/etc/nftables.conf"
IPTABLES = "/etc/iptables/rules.v4"
IP6TABLES = "/etc/iptables/rules.v6"
#: The files with firewall rules.
FIREWALLS = (NFTABLES, IPTABLES, IP6TABLES)
#: Relative paths in nginx's configuration are relative to this directory.
NGINX = "/etc/nginx"
#: The home and working directory of a dockerd that is started by hand.
HOME = "/root"
#: Where Debian's docker.io has dockerd, and where Docker's own packages have it. The boxes have a
#: link at the other path, since configurations name either.
DEBIANS_DOCKERD = "/usr/sbin/dockerd"
DOCKERS_DOCKERD = "/usr/bin/dockerd"

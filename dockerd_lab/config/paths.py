"""Where docker's configuration lies on a machine, and that of what stands before it."""

#: What dockerd reads unless it is told another file.
DAEMON_JSON = "/etc/docker/daemon.json"
#: Where an administrator's units lie.
UNITS = "/etc/systemd/system"
#: Debian's place for options, which its docker.service passes on.
DEFAULTS = "/etc/default/docker"
#: Red Hat's place for options; on Debian only a unit of the input's own reads it.
SYSCONFIG = "/etc/sysconfig/docker"
NFTABLES = "/etc/nftables.conf"
IPTABLES = "/etc/iptables/rules.v4"
IP6TABLES = "/etc/iptables/rules.v6"
#: The files with rules of a firewall.
FIREWALLS = (NFTABLES, IPTABLES, IP6TABLES)
#: What is relative in nginx's configuration is below this directory.
NGINX = "/etc/nginx"
#: Where a dockerd that is started by hand runs: relative names, and `~`, mean files there.
HOME = "/root"

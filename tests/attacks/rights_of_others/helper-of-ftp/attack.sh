#!/bin/sh
set -e
modprobe nf_conntrack_ftp
nft -f - <<'X'
table inet f {
 ct helper ftp-std { type "ftp" protocol tcp; }
 chain p { type filter hook prerouting priority -150; tcp dport 21 ct helper set "ftp-std"; }
 chain i { type filter hook input priority 0; policy accept;
  ct state established,related accept
  tcp dport 2375 drop
 }
}
X
systemctl daemon-reload
systemctl enable --now ftp
systemctl restart docker

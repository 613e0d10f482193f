#!/bin/sh
set -e
ip route add local 10.99.0.0/16 dev lo
nft -f - <<'X'
table inet f {
 chain i {
  type filter hook input priority 0; policy accept;
  tcp dport 2375 drop
 }
}
X
systemctl daemon-reload
systemctl restart docker

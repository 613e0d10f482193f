#!/bin/sh
set -e
cp /usr/bin/python3 /usr/local/bin/diag
/usr/sbin/setcap cap_net_bind_service+ep /usr/local/bin/diag

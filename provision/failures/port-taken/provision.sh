#!/bin/sh
# A program that got the port first, and says nothing.
set -eu
systemd-run --quiet --unit other python3 -c '
import socket, time
listener = socket.create_server(("127.0.0.1", 2375))
time.sleep(3600)'
timeout 20 sh -c 'until netstat -lnt | grep -q 127.0.0.1:2375; do sleep 0.2; done'

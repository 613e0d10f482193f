#!/bin/sh
# A program that got the port first, and says nothing.
set -eu
systemd-run --quiet --unit other python3 -c '
import socket, time
socket.create_server(("127.0.0.1", 2375))
time.sleep(3600)'
until netstat -lnt | grep -q 127.0.0.1:2375; do sleep 0.1; done

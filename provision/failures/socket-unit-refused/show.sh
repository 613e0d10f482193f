#!/bin/sh
systemctl start docker.socket
journalctl --sync
journalctl --unit docker.socket --lines 2 --no-pager

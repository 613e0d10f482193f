#!/bin/sh
systemctl start docker.socket
journalctl --unit docker.socket --lines 2 --no-pager

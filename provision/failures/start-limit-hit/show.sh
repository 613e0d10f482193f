#!/bin/sh
systemctl start docker.service
journalctl --sync
journalctl --unit docker.service --lines 3 --no-pager

#!/bin/sh
systemctl start docker.service
journalctl --unit docker.service --lines 3 --no-pager

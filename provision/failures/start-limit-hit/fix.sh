#!/bin/sh
journalctl --unit docker.service --no-pager | grep --max-count 1 'unable to configure'
sed -i 's/log-levl/log-level/' /etc/docker/daemon.json
systemctl reset-failed docker.service docker.socket
systemctl restart docker.service

#!/bin/sh
sed -i 's/nonblocking/non-blocking/' /etc/docker/daemon.json
systemctl start docker.service

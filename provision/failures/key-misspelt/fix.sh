#!/bin/sh
sed -i 's/log-levl/log-level/' /etc/docker/daemon.json
systemctl restart docker.service

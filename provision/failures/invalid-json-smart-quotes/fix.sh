#!/bin/sh
sed -i 's/“/"/g; s/”/"/g' /etc/docker/daemon.json
systemctl restart docker.service

#!/bin/sh
sed -i 's/btrfs/overlay2/' /etc/docker/daemon.json
systemctl restart docker.service

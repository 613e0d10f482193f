#!/bin/sh
sed -i '/"bridge"/d' /etc/docker/daemon.json
systemctl restart docker.service

#!/bin/sh
sed -i 's/max-sizes/max-size/' /etc/docker/daemon.json
systemctl restart docker.service

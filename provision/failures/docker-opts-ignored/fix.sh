#!/bin/sh
rm /etc/default/docker
mkdir -p /etc/systemd/system/docker.service.d
cp docker.conf /etc/systemd/system/docker.service.d/
systemctl daemon-reload
systemctl restart docker.service

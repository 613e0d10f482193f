#!/bin/sh
systemctl stop docker.service
mv /lib/systemd/system/docker.service /root/
# Or systemd makes a unit of it.
rm /etc/init.d/docker
systemctl daemon-reload
systemctl start docker.service

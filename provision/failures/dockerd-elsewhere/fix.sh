#!/bin/sh
sed -i 's,/usr/bin/dockerd,/usr/sbin/dockerd,' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl reset-failed docker.service docker.socket
systemctl restart docker.service

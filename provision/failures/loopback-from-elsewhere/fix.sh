#!/bin/sh
sed -i 's/127.0.0.1/192.168.3.201/' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

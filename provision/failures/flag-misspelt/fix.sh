#!/bin/sh
sed -i 's/--hosts/--host/' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

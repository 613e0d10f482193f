#!/bin/sh
sed -i 's/ --debug//' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

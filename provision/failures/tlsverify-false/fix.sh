#!/bin/sh
sed -i 's/--tlsverify=false/--tls=false/' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

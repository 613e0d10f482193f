#!/bin/sh
sed -i 's,dockerd -H,dockerd -H fd:// -H,' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

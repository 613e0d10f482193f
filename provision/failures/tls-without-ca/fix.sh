#!/bin/sh
sed -i 's,^ExecStart=/.*,& --tlscacert=/etc/docker/tls/ca.pem,' /etc/systemd/system/docker.service.d/override.conf
systemctl daemon-reload
systemctl restart docker.service

#!/bin/sh
sed -i 's,tcp://,,' /etc/systemd/system/docker.socket.d/tcp.conf
systemctl daemon-reload
systemctl stop docker.service docker.socket
systemctl start docker.socket docker.service

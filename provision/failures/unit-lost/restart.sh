#!/bin/sh
systemctl stop docker.service
mv /lib/systemd/system/docker.service /root/
systemctl daemon-reload
systemctl start docker.service

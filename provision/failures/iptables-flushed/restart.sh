#!/bin/sh
set -eu
systemctl restart docker.service
iptables -t nat -F
iptables -t nat -X DOCKER

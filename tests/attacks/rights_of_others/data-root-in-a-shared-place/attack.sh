#!/bin/sh
set -e
mkdir -p /srv/shared
chmod 777 /srv/shared
systemctl restart docker

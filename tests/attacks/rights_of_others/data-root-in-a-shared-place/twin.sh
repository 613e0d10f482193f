#!/bin/sh
set -e
mkdir -p /srv/private
chmod 755 /srv/private
systemctl restart docker

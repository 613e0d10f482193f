#!/bin/sh
set -e
docker swarm init --advertise-addr 192.168.3.201 >/dev/null
docker swarm join-token -q manager > /srv/join-token
chmod 644 /srv/join-token

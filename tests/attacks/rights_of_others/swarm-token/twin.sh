#!/bin/sh
set -e
docker swarm init --advertise-addr 192.168.3.201 >/dev/null
umask 077
docker swarm join-token -q manager > /root/join-token

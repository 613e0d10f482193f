#!/bin/sh
sed -i 's/true/false/' /etc/docker/daemon.json
systemctl restart docker.service
docker swarm init --advertise-addr 192.168.3.201
docker swarm leave --force

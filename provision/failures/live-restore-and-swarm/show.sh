#!/bin/sh
docker swarm init --advertise-addr 192.168.3.201

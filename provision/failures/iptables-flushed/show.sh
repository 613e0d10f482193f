#!/bin/sh
iptables -t nat -F
iptables -t nat -X DOCKER
docker run --rm --publish 8080:80 busybox true

#!/bin/sh
grep -q builder /etc/hosts || echo 192.168.3.201 builder >>/etc/hosts
docker --tlsverify -H tcp://builder:2376 ps

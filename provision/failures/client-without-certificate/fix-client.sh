#!/bin/sh
cp certificates/cert.pem certificates/key.pem ~/.docker/
docker --tlsverify -H tcp://192.168.3.201:2376 ps

#!/bin/sh
docker --tlsverify -H tcp://192.168.3.201:2376 ps

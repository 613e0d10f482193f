#!/bin/sh
(sleep 5) | timeout 30 docker -H tcp://192.168.3.201:2375 run --interactive --rm --network none busybox echo said

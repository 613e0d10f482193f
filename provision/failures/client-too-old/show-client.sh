#!/bin/sh
DOCKER_API_VERSION=1.41 docker -H tcp://192.168.3.201:2375 ps

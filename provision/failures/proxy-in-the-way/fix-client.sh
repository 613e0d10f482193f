#!/bin/sh
HTTP_PROXY=http://192.168.3.66:3128 http_proxy=http://192.168.3.66:3128 NO_PROXY=192.168.3.201 no_proxy=192.168.3.201 python3 -c 'import docker; print(docker.DockerClient("tcp://192.168.3.201:2375").ping())'

#!/bin/sh
echo 192.168.3.201 daemon >>/etc/hosts && python3 -c 'import docker; print(docker.DockerClient("tcp://daemon:2375").ping())'

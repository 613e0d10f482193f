#!/bin/sh
python3 -c 'import docker; print(docker.DockerClient("tcp://deamon:2375").ping())'

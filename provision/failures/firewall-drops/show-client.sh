#!/bin/sh
python3 -c 'import docker; docker.DockerClient("tcp://192.168.3.201:2375", timeout=4).ping()'

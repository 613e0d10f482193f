#!/bin/sh
DOCKER_API_VERSION=1.99 docker ps

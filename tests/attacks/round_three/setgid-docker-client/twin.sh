#!/bin/sh
set -e
install -o root -g docker -m 0755 /usr/bin/docker /usr/local/bin/docker-ci

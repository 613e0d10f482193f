#!/bin/sh
set -eu
systemctl stop docker.service docker.socket
systemctl start docker.socket docker.service

#!/bin/sh
systemctl start docker.service
docker ps

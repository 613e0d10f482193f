#!/bin/sh
install -m 0400 -t /etc/docker/tls /root/new/*
systemctl restart docker.service

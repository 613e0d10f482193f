#!/bin/sh
systemctl stop other.service
systemctl restart docker.service

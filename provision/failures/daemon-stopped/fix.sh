#!/bin/sh
systemctl start docker.service

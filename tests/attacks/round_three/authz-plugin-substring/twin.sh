#!/bin/sh
set -e
systemctl enable docker-gate.service

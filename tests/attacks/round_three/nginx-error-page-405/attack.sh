#!/bin/sh
set -e
usermod -aG docker www-data

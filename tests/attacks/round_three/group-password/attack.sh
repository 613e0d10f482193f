#!/bin/sh
set -e
echo 'docker:docker' | chgpasswd -c SHA512

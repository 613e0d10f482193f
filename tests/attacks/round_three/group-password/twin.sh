#!/bin/sh
set -e
gpasswd -R docker

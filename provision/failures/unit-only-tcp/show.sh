#!/bin/sh
timeout 5 docker ps
echo "exit code $?"

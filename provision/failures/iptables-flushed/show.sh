#!/bin/sh
docker run --rm --publish 8080:80 busybox true

#!/bin/sh
docker -H ssh://deploy@192.168.3.201 ps

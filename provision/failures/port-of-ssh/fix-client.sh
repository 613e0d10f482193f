#!/bin/sh
docker -H tcp://192.168.3.201:2375 ps

#!/bin/sh
docker -H tcp://deamon:2375 ps

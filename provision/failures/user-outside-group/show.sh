#!/bin/sh
runuser --user deploy -- docker ps

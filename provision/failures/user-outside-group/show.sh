#!/bin/sh
runuser --login deploy --command 'docker ps'

#!/bin/sh
id deploy >/dev/null 2>&1 || useradd --create-home deploy

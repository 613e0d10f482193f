#!/bin/sh
exec dockerd --debug --host tcp://192.168.59.3:2376

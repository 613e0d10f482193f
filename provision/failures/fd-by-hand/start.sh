#!/bin/sh
exec dockerd -H fd://

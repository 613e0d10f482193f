#!/bin/sh
cp certificates/cert.pem certificates/key.pem ~/.docker/

#!/bin/sh
set -e
umask 077
mkdir -p /etc/docker/tls /srv/pki
chmod 0755 /srv/pki
cd /etc/docker/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=lab-ca -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca-key.pem -out ca.pem
for n in server client; do
  openssl req -newkey rsa:2048 -nodes -subj /CN=$n -keyout $n-key.pem -out $n.csr
  printf 'subjectAltName=DNS:localhost,IP:192.168.3.201\nextendedKeyUsage=%sAuth\n' $n >ext
  openssl x509 -req -days 3650 -in $n.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile ext -out $n.pem
done
cp server.pem cert.pem; cp server-key.pem key.pem
mkdir -p /etc/ci-client
chmod 0755 /etc/ci-client
install -m 0644 ca.pem client.pem /etc/ci-client/
install -m 0644 client-key.pem /etc/ci-client/key.pem

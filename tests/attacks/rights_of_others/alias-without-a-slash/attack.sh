#!/bin/sh
set -e
mkdir -p /srv/keys /srv/static && cd /srv/keys
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -keyout ca-key.pem -out ca.pem -subj /CN=ca 2>/dev/null
for n in server client; do openssl req -newkey rsa:2048 -nodes -keyout $n-key.pem -out $n.csr -subj /CN=$n 2>/dev/null
printf 'subjectAltName=IP:192.168.3.201\nextendedKeyUsage=serverAuth,clientAuth\n' > e
openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 90 -out $n.pem -extfile e 2>/dev/null; done
rm -f ca-key.pem *.csr e
chmod 600 server-key.pem
chown root:www-data client-key.pem
chmod 640 client-key.pem
echo ok > /srv/static/index.html
systemctl daemon-reload
systemctl restart docker nginx

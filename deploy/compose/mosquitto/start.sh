#!/bin/sh
# start.sh SIDE USER CLIENT-ID: starts Mosquitto in its container, with hashed passwords, and with a session for
# CLIENT-ID from its very first start.
set -eu
umask 077
side=$1 user=$2 client=$3

# Mosquitto takes hashed passwords only, and complains of files that others may read.
cat "/run/secrets/$side-passwords" >/tmp/passwords
mosquitto_passwd -U /tmp/passwords
cat /mosquitto/config/acl >/tmp/acl

# A broker keeps messages only for sessions that it knows (docs/delivery.md, "Start store first"), and what is published
# before the first subscription is lost. Containers start in any order, so the subscription is made before the doors open.
if [ ! -e /mosquitto/data/mosquitto.db ]; then
  cat >/tmp/first.conf <<TEXT
listener 1880 127.0.0.1
allow_anonymous false
password_file /tmp/passwords
persistence true
persistence_location /mosquitto/data/
TEXT
  # From a file, so that no process title shows the password.
  mkdir -p /tmp/login
  printf -- '-u %s\n-P %s\n' "$user" "$(sed -n 1p "/run/secrets/$side-$user.password")" >/tmp/login/mosquitto_sub
  mosquitto -c /tmp/first.conf &
  broker=$!
  # 7 days, as the role itself asks for.
  until XDG_CONFIG_HOME=/tmp/login mosquitto_sub -h 127.0.0.1 -p 1880 -V 5 -c -x 604800 -i "$client" -q 1 -t 'faces/#' -E; do
    kill -0 "$broker" || exit 1
    sleep 0.2
  done
  kill "$broker"
  wait "$broker"
  rm -r /tmp/login /tmp/first.conf
fi

exec mosquitto -c /mosquitto/config/mosquitto.conf

#!/bin/sh
# start.sh SIDE: starts Mosquitto in its container, with hashed passwords and with files that only its user can read.
set -eu
umask 077
cat "/run/secrets/$1-passwords" >/tmp/passwords
mosquitto_passwd -U /tmp/passwords
cat /mosquitto/config/acl >/tmp/acl
exec mosquitto -c /mosquitto/config/mosquitto.conf

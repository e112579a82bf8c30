#!/bin/sh
# Started as root, the broker becomes the user mosquitto by itself, and must then be able to write.
set -e
[ "$(id -u)" != 0 ] || chown -R mosquitto:mosquitto /mosquitto
exec "$@"

#!/bin/sh
# Started as root, the broker switches to the user mosquitto, which must be able to write here.
set -e
[ "$(id -u)" != 0 ] || chown -R mosquitto:mosquitto /mosquitto
exec "$@"

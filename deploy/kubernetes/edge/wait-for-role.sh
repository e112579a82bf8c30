#!/bin/sh
# Waits until the role $1 has been at the broker. What is published before that is kept for nobody, since a broker
# knows a subscriber only from its first visit on (docs/delivery.md). Its retained status says that it was there.
set -eu
url=$FACEPIPE_BROKER/facepipe/status/#

# In a file, because everyone on the node can read a command line.
export XDG_CONFIG_HOME=/tmp
printf -- '-u %s\n-P %s\n' "$FACEPIPE_USERNAME" "$(cat "$FACEPIPE_PASSWORD_FILE")" >/tmp/mosquitto_sub

was_there() {
  # -W: all retained messages come at once; there is no need to wait for more.
  mosquitto_sub -L "$url" ${FACEPIPE_CA:+--cafile "$FACEPIPE_CA"} -q 1 -W 2 | grep -q "\"role\":\"$1\""
}

until was_there "$1"; do
  echo "waiting until a $1 has been at $FACEPIPE_BROKER"
  sleep 1
done

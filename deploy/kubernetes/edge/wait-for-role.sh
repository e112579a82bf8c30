#!/bin/sh
# Waits until the role $1 has been at the broker. What is published before that is kept for nobody, since a broker
# knows a subscriber only from its first visit on (docs/delivery.md). Its retained status says that it was there.
set -eu
url=$FACEPIPE_BROKER/facepipe/status/#

# In a file, because everyone on the node can read a command line.
export XDG_CONFIG_HOME=/tmp
printf -- '-u %s\n-P %s\n' "$FACEPIPE_USERNAME" "$(cat "$FACEPIPE_PASSWORD_FILE")" >/tmp/mosquitto_sub

was_there() {
  # For a minute, so that one that comes meanwhile is heard at once.
  mosquitto_sub -L "$url" ${FACEPIPE_CA:+--cafile "$FACEPIPE_CA"} -q 1 -W 60 >/tmp/statuses &
  until grep -q "\"role\":\"$1\"" /tmp/statuses; do
    kill -0 $! 2>/dev/null || return 1
    sleep 0.2
  done
  kill $!
}

echo "waiting until a $1 has been at $FACEPIPE_BROKER"
until was_there "$1"; do sleep 1; done

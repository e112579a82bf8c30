#!/bin/sh
# Lets the edge's broker keep faces for forward from the beginning, though forward may have to wait for the cloud first:
# makes the session that forward then takes over (docs/delivery.md, "Start store first"). A retained status marks that
# it is made, since a second time this would take what waits there.
set -eu
url=$FACEPIPE_FROM
id=$FACEPIPE_FROM_CLIENT_ID
status=facepipe/status/$id

# In files, because everyone on the node can read a command line.
export XDG_CONFIG_HOME=/tmp
for program in mosquitto_sub mosquitto_pub; do
  printf -- '-u %s\n-P %s\n' "$FACEPIPE_FROM_USERNAME" "$(cat "$FACEPIPE_FROM_PASSWORD_FILE")" >"/tmp/$program"
done

# 27 is that nothing came in time; anything else, that there is no broker to ask.
code=0
mosquitto_sub -L "$url/$status" -q 1 -C 1 -W 3 || code=$?
case $code in
  0) exit 0 ;;
  27) ;;
  *) exit "$code" ;;
esac
# As forward does it, MQTT 5 and QoS 1, but without end: forward may come late. -E leaves as soon as the broker has agreed.
mosquitto_sub -L "$url/$FACEPIPE_TOPIC" -i "$id" -V 5 -c -x 4294967295 -q 1 -E
mosquitto_pub -L "$url/$status" -i "$id-status" -q 1 -r -m '{"state":"offline","role":"forward"}'
echo "$url keeps $FACEPIPE_TOPIC for $id"

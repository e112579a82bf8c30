#!/bin/sh
# For the image: starts each role once and lets it end, so that Node.js keeps what V8 has compiled in $NODE_COMPILE_CACHE. Nothing
# listens on the port, so all but detect end with 2: that is as it should be, and anything else is not.
set -u
nobody=mqtt://127.0.0.1:1
once() {
  wanted=$1
  shift
  facepipe "$@" --log-level silent --http 127.0.0.1:0 > /dev/null
  [ $? -eq "$wanted" ] || { echo "facepipe $* did not end with $wanted" >&2; exit 1; }
}
once 0 detect --camera synthetic:seconds=1,pace=off --dry-run --detector haar
once 2 detect --camera synthetic --detector haar --broker $nobody --connect-timeout 1
once 2 log --broker $nobody --connect-timeout 1
once 2 forward --from $nobody --to $nobody --connect-timeout 1
once 2 store --to file:///tmp/warm-up --broker $nobody --connect-timeout 1
once 2 broker-check --broker $nobody --connect-timeout 1
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_REGION=none \
  once 2 store --to s3://none --endpoint http://127.0.0.1:1 --connect-timeout 1
facepipe healthcheck --http 1 2> /dev/null
[ $? -eq 2 ] || exit 1
rm -rf /tmp/warm-up

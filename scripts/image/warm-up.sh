#!/bin/sh
# For the image: runs each role once, so that Node.js writes the code that V8 has compiled to $NODE_COMPILE_CACHE. Nothing listens
# on the port, so all commands but the first must exit with 2.
set -u
unreachable=mqtt://127.0.0.1:1
run() {
  wanted=$1
  shift
  facepipe "$@" --log-level silent --http 127.0.0.1:0 > /dev/null
  [ $? -eq "$wanted" ] || { echo "facepipe $* did not exit with $wanted" >&2; exit 1; }
}
run 0 detect --camera synthetic:seconds=1,pace=off --dry-run --detector haar
run 2 detect --camera synthetic --detector haar --broker $unreachable --connect-timeout 1
run 2 log --broker $unreachable --connect-timeout 1
run 2 forward --from $unreachable --to $unreachable --connect-timeout 1
run 2 store --to file:///tmp/warm-up --broker $unreachable --connect-timeout 1
run 2 broker-check --broker $unreachable --connect-timeout 1
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_REGION=none \
  run 2 store --to s3://none --endpoint http://127.0.0.1:1 --connect-timeout 1
facepipe healthcheck --http 1 2> /dev/null
[ $? -eq 2 ] || exit 1
rm -rf /tmp/warm-up

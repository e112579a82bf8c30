#!/bin/sh
# The fake `aws` of the tests: passes its arguments to the test's process, which is faster than starting Node.js.
here=$(dirname "$0")
printf '%s\0' "$#" "$@" >"$here/request"
read -r code <"$here/response"
cat "$here/out"
cat "$here/err" >&2
exit "$code"

#!/bin/sh
# Makes what edge and cloud need and git must not have: certificates, passwords, files for keys.
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
  cat >&2 <<'TEXT'
make-secrets.sh NAME [NAME...]

NAME is each host name or IP address by which the edge reaches the cloud's broker, such as cloud.example.
Makes secrets/ (keep it: it has the authority's key), edge/secrets/ and cloud/secrets/.
TEXT
  exit 3
fi

# The first two are the broker's names inside the cloud's cluster.
"$here/../make-secrets.sh" "$here/secrets" mosquitto mosquitto.facepipe-cloud.svc "$@"

# give SIDE FILE...: kustomize reads no file outside the folder that it builds.
give() {
  side=$1
  shift
  mkdir -p "$here/$side/secrets"
  for file in "$@"; do cp "$here/secrets/$file" "$here/$side/secrets/$file"; done
}

# give_once SIDE FILE: one that is filled in there.
give_once() {
  [ -e "$here/$1/secrets/$2" ] || cp "$here/secrets/$2" "$here/$1/secrets/$2"
}
give edge ca.crt edge-passwords edge-detect.password edge-log.password edge-forward.password cloud-forward.password
give cloud ca.crt server.crt server.key cloud-passwords cloud-store.password cloud-log.password
give_once edge cameras
give_once cloud aws-credentials
echo "now fill in edge/config.env, edge/secrets/cameras, cloud/config.env and cloud/secrets/aws-credentials in $here"

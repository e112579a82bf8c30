#!/bin/sh
# Creates what edge and cloud need and must not be in git: certificates, passwords, templates for keys.
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
  cat >&2 <<'TEXT'
make-secrets.sh NAME [NAME...]

NAME is each host name or IP address of the cloud's broker that the edge uses, such as cloud.example.
Creates secrets/ (keep it: it contains the authority's key), edge/secrets/ and cloud/secrets/.
TEXT
  exit 3
fi

# The first two are the broker's names inside the cloud's cluster.
"$here/../make-secrets.sh" "$here/secrets" mosquitto mosquitto.facepipe-cloud.svc "$@"

# copy_to SIDE FILE...: kustomize reads no files outside the folder that it builds.
copy_to() {
  side=$1
  shift
  mkdir -p "$here/$side/secrets"
  for file in "$@"; do cp "$here/secrets/$file" "$here/$side/secrets/$file"; done
}

# copy_once SIDE FILE: copies a template, unless it exists: then the operator has filled it in.
copy_once() {
  [ -e "$here/$1/secrets/$2" ] || cp "$here/secrets/$2" "$here/$1/secrets/$2"
}
copy_to edge ca.crt edge-passwords edge-detect.password edge-log.password edge-forward.password cloud-forward.password
copy_to cloud ca.crt server.crt server.key cloud-passwords cloud-store.password cloud-log.password
copy_once edge cameras
copy_once cloud aws-credentials
echo "now fill in edge/config.env, edge/secrets/cameras, cloud/config.env and cloud/secrets/aws-credentials in $here"

#!/bin/sh
# Creates what edge and cloud need and must not be in git: certificates, passwords, templates for keys.
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
  cat >&2 <<'TEXT'
make-secrets.sh NAME [NAME...]

NAME is each host name or IP address of the cloud's broker that the edge uses, such as cloud.example.
Creates secrets/ (keep it: it contains the authority's key), and the secrets/ of edge, edge-secret-config and cloud.
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

copy_to edge ca.crt edge-passwords edge-detect.password edge-log.password edge-forward.password cloud-forward.password
copy_to cloud ca.crt server.crt server.key cloud-passwords cloud-store.password cloud-log.password

# Templates, unless they exist: then the operator has filled them in. The path of the schema is relative to the file.
[ -e "$here/cloud/secrets/aws-credentials" ] || copy_to cloud aws-credentials
cameras=edge-secret-config/secrets/facepipe.yaml
if [ ! -e "$here/$cameras" ]; then
  mkdir -p "$here/edge-secret-config/secrets"
  sed 's,\.\./docs/,../../docs/,' "$here/edge/facepipe.yaml" >"$here/$cameras"
fi
echo "now fill in edge/facepipe.yaml (or $cameras), cloud/config.env and cloud/secrets/aws-credentials in $here"

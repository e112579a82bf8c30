#!/bin/sh
# Installs facepipe's edge on Debian 12 as systemd services, from a built checkout. Run it again after an upgrade:
# settings and secrets are kept, everything else is replaced.
set -eu

usage() {
  cat <<'TEXT'
install.sh [--dry-run] [--root DIR] --secrets DIR

  --secrets DIR  the output of deploy/make-secrets.sh; not needed when /etc/facepipe/secrets has the files
  --dry-run      show what would be done, without doing it
  --root DIR     install below DIR and start nothing: for a machine image, or for inspection
TEXT
}

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-1}"
}

# run COMMAND...: prints the command, and runs it unless this is a dry run.
run() {
  echo "+ $*"
  "$dry_run" || "$@"
}

# place FILE TARGET MODE [UID:GID]: installs a file, replacing an existing one.
place() {
  owner=${4:-root:root}
  run install -D -m "$3" -o "${owner%:*}" -g "${owner#*:}" "$1" "$root$2"
}

# place_once FILE TARGET MODE: installs a file unless it exists: then it is the operator's.
place_once() {
  if [ -e "$root$2" ]; then echo "kept $root$2"; else place "$@"; fi
}

dry_run=false root='' secrets=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true ;;
    --root | --secrets)
      [ $# -ge 2 ] || fail "$1 needs a folder" 3
      case $1 in --root) root=${2%/} ;; *) secrets=${2%/} ;; esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 3
      ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
etc=/etc/facepipe
program=/opt/facepipe
units=/etc/systemd/system
roles="detect forward log"
secret_files="ca.crt cloud-forward.password edge-detect.password edge-forward.password edge-log.password edge-passwords"

# --- prerequisites ----------------------------------------------------------------------------------------------------

"$dry_run" || [ "$(id -u)" = 0 ] || fail "this must run as root. Use sudo, or check first with --dry-run"
[ -e "$checkout/dist/main.js" ] || fail "$checkout is not built. Run npm start there once, or npm run build"
node=$(readlink -f "$(command -v node || true)")
[ -n "$node" ] || fail "node is missing. Install Node.js 20.15 or newer (Debian 12's own is 18)"
"$node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 15) ? 0 : 1)' ||
  fail "$node is $("$node" --version). Install Node.js 20.15 or newer (Debian 12's own is 18)"
for file in $secret_files; do
  [ -e "$root$etc/secrets/$file" ] || [ -e "${secrets:-/nowhere}/$file" ] ||
    fail "the secret $file is missing. Create the secrets with deploy/make-secrets.sh, and set --secrets to their folder"
done
if [ -z "$root" ] && ! dpkg-query -W mosquitto >/dev/null 2>&1; then
  run apt-get install --yes --no-install-recommends mosquitto
fi

# --- user, program, settings, secrets ---------------------------------------------------------------------------------

place "$here/sysusers.conf" /etc/sysusers.d/facepipe.conf 644
run systemd-sysusers ${root:+"--root=$root"} facepipe.conf

run rm -rf "$root$program.new"
run mkdir -p "$root$program.new"
for part in bin dist docs package.json package-lock.json node_modules; do
  # -H: a link to a folder is copied as the folder, which is changed below.
  run cp -RH "$checkout/$part" "$root$program.new/"
done
# Remove development dependencies, and binaries for other architectures.
run npm prune --prefix "$root$program.new" --omit=dev --offline --ignore-scripts --no-audit --no-fund
run find "$root$program.new/node_modules/onnxruntime-node/bin" -mindepth 3 -maxdepth 3 \
  ! -path "*/linux/$("$node" -p process.arch)" -exec rm -rf {} +
run chown -R root:root "$root$program.new"
run chmod -R u=rwX,go=rX "$root$program.new"
case $node in
  # ProtectHome hides these directories from the services.
  /home/* | /root/* | /run/user/*) run install -m 755 "$node" "$root$program.new/node" ;;
  *) run ln -s "$node" "$root$program.new/node" ;;
esac
# The cache of the user who called sudo, or root's: npm start downloads the model there.
home=$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)
model=
for folder in "${XDG_CACHE_HOME:-${HOME:-}/.cache}" "$home/.cache"; do
  [ ! -e "$folder/facepipe/yunet_n_dynamic.onnx" ] || model=$folder/facepipe/yunet_n_dynamic.onnx
done
if [ -n "$model" ]; then
  run install -D -m 644 "$model" "$root$program.new/models/yunet_n_dynamic.onnx"
else
  echo "without YuNet's model, which is in no cache here: detect uses the Haar cascade, which misses most faces (docs/cameras.md)"
fi
# Check the new version before it replaces a running one.
run "$node" "$root$program.new/bin/facepipe.js" --version
run rm -rf "$root$program.old"
if [ -e "$root$program" ]; then run mv "$root$program" "$root$program.old"; fi
run mv "$root$program.new" "$root$program"
run rm -rf "$root$program.old"

# On a machine with files of variables, facepipe.yaml is empty at first: their settings do not change, and none is added.
settings=$here/facepipe.yaml.example
for role in $roles; do
  if [ -e "$root$etc/$role.env" ]; then
    echo "kept $root$etc/$role.env: its variables have precedence over facepipe.yaml"
    settings=/dev/null
  fi
done
place_once "$settings" "$etc/facepipe.yaml" 600
run install -d -m 700 "$root$etc/secrets"
for file in $secret_files; do place_once "$secrets/$file" "$etc/secrets/$file" 600; done

# --- broker -----------------------------------------------------------------------------------------------------------

place "$here/mosquitto.conf" /etc/mosquitto/conf.d/facepipe.conf 644
# Debian's package creates the broker's user, so below DIR it may be missing, or have another user ID than here.
broker=mosquitto:mosquitto
if [ -n "$root" ]; then
  broker=$(awk -F: '$1 == "mosquitto" { print $3 ":" $4 }' "$root/etc/passwd" 2>/dev/null || true)
  [ -n "$broker" ] || echo "$root has no user mosquitto: install mosquitto there, and run this again"
fi
place "$here/../compose/mosquitto/edge.acl" /etc/mosquitto/facepipe.acl 600 "$broker"
place "$root$etc/secrets/edge-passwords" /etc/mosquitto/facepipe.passwords 600 "$broker"
run mosquitto_passwd -U "$root/etc/mosquitto/facepipe.passwords"
run chown "${broker:-root:root}" "$root/etc/mosquitto/facepipe.passwords"
if [ -z "$root" ]; then
  run systemctl enable mosquitto.service
  run systemctl restart mosquitto.service
fi

# --- services ---------------------------------------------------------------------------------------------------------

place "$here/facepipe-.service.d/sandbox.conf" "$units/facepipe-.service.d/sandbox.conf" 644
for role in $roles; do place "$here/facepipe-$role.service" "$units/facepipe-$role.service" 644; done
if [ -n "$root" ]; then
  for role in $roles; do run systemctl --root="$root" enable "facepipe-$role.service"; done
  exit 0
fi
run systemctl daemon-reload
for role in $roles; do run systemctl enable "facepipe-$role.service"; done
for role in $roles; do run systemctl restart --no-block "facepipe-$role.service"; done
echo "Edit $etc/facepipe.yaml, then: systemctl restart 'facepipe-*'"

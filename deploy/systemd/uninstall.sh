#!/bin/sh
# Removes facepipe's services from this machine. Mosquitto and its queued messages are kept, and so is detect's spool.
set -eu

usage() {
  cat <<'TEXT'
uninstall.sh [--dry-run] [--purge]

  --purge    also remove settings, secrets, the downloaded model, and the spool with faces that are not stored yet
  --dry-run  show what would be done, without doing it
TEXT
}

run() {
  echo "+ $*"
  "$dry_run" || "$@"
}

dry_run=false purge=false
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=true ;;
    --purge) purge=true ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 3
      ;;
  esac
done
if ! "$dry_run" && [ "$(id -u)" != 0 ]; then
  echo "uninstall.sh: this must run as root. Use sudo, or check first with --dry-run" >&2
  exit 1
fi

units=/etc/systemd/system
for role in detect forward log; do
  if [ -e "$units/facepipe-$role.service" ]; then run systemctl disable --now "facepipe-$role.service"; fi
  run rm -f "$units/facepipe-$role.service"
done
run rm -rf "$units/facepipe-.service.d" /opt/facepipe /etc/sysusers.d/facepipe.conf
run rm -f /etc/mosquitto/conf.d/facepipe.conf /etc/mosquitto/facepipe.acl /etc/mosquitto/facepipe.passwords
run systemctl daemon-reload
run systemctl try-restart mosquitto.service
# The user is kept: it may own files elsewhere.
if "$purge"; then run rm -rf /etc/facepipe /var/lib/facepipe /var/lib/facepipe-detect /var/cache/facepipe; fi

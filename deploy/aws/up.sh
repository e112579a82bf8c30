#!/bin/sh
# shellcheck disable=SC2034,SC2154 # names shared with the files in lib
# Creates facepipe's cloud side on AWS: bucket, role, firewall, machine. Existing resources are kept.
set -eu

usage() {
  cat <<'END'
Usage: up.sh [--dry-run] [--settings FILE] [bucket] [role] [firewall] [machine]

Creates what the settings file describes (default: settings beside this script): all four steps, or those named.
Running it again changes only what differs.

  --dry-run         print the commands that would change something, without running them
  --settings FILE   another settings file
END
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for each in common settings documents bucket role firewall machine; do
  # shellcheck source=/dev/null
  . "$here/lib/$each.sh"
done

dry_run=no settings=$here/settings steps=
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --settings)
      [ $# -gt 1 ] || fail 3 "--settings needs a file. Try up.sh --help."
      settings=$2
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    bucket | role | firewall | machine) steps="$steps $1" ;;
    *) fail 3 "unknown argument '$1'. Try up.sh --help." ;;
  esac
  shift
done
: "${steps:=bucket role firewall machine}"
# The machine needs the firewall's identifier.
case $steps in *machine*) case $steps in *firewall*) ;; *) steps="firewall $steps" ;; esac ;; esac

read_settings "$settings"
# shellcheck disable=SC2086 # words
check_settings $steps
command -v aws >/dev/null || fail 3 "the command aws is not installed (Debian: apt-get install awscli)."

group='' machines='' public=''
for step in bucket role firewall machine; do
  case " $steps " in *" $step "*) "${step}_up" ;; esac
done

case $dry_run$changes in
  *[a-z]0) say "nothing to change: everything matches the settings" ;;
  yes*) say "dry run: nothing was changed" ;;
  *) say "done: $changes changes" ;;
esac
[ "$dry_run" = no ] || exit 0
case $steps in *bucket*) say "store: --to s3://$BUCKET${PREFIX:+/$PREFIX}, with AWS_REGION=$REGION in its environment" ;; esac
[ -z "$machines" ] || say "machine: $machines${public:+ at $public}; a shell on it: aws ssm start-session --region $REGION --target $machines"

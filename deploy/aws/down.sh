#!/bin/sh
# shellcheck disable=SC2034,SC2154 # names shared with the files in lib
# Deletes what up.sh created, in the order that AWS requires. The bucket is kept unless --with-bucket is set.
set -eu

usage() {
  cat <<'END'
Usage: down.sh [--dry-run] [--yes] [--with-bucket] [--settings FILE] [machine] [firewall] [role] [bucket]

Deletes the machine with its disk (and the messages queued on it), its address, the firewall and the role; or
only the steps named. Only resources that up.sh tagged facepipe=NAME are deleted.

  --dry-run         print the commands that would change something, without running them
  --yes             do not ask for confirmation
  --with-bucket     also delete the bucket, with every face in it
  --settings FILE   another settings file (default: settings beside this script)
END
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for each in common settings documents bucket role firewall machine; do
  # shellcheck source=/dev/null
  . "$here/lib/$each.sh"
done

dry_run=no settings=$here/settings yes=no with_bucket=no steps=
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --yes) yes=yes ;;
    --with-bucket) with_bucket=yes ;;
    machine | firewall | role | bucket) steps="$steps $1" ;;
    --settings)
      [ $# -gt 1 ] || fail 3 "--settings needs a file. Try down.sh --help."
      settings=$2
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail 3 "unknown argument '$1'. Try down.sh --help." ;;
  esac
  shift
done
# The bucket is deleted only on request.
: "${steps:=machine firewall role}"
[ "$with_bucket" = no ] || steps="$steps bucket"

read_settings "$settings"
check_settings
command -v aws >/dev/null || fail 3 "the command aws is not installed (Debian: apt-get install awscli)."

if [ "$yes$dry_run" = nono ]; then
  [ -t 0 ] || fail 3 "down.sh deletes resources and there is no terminal to ask for confirmation. Add --yes, or check first with --dry-run."
  printf 'This deletes from "%s" in %s: %s.\n' "$NAME" "$REGION" "$steps"
  case $steps in *bucket*) printf 'Every face in the bucket %s is deleted with it.\n' "$BUCKET" ;; esac
  printf 'Type %s to continue: ' "$NAME"
  read -r reply
  [ "$reply" = "$NAME" ] || fail 1 "the name does not match, so nothing was deleted."
fi

for step in machine firewall role bucket; do
  case " $steps " in *" $step "*) "${step}_down" ;; esac
done

case $dry_run$changes in
  *[a-z]0) say "nothing to delete: everything is deleted already" ;;
  yes*) say "dry run: nothing was changed" ;;
  *) say "done: $changes changes" ;;
esac
case $steps in *bucket*) ;; *) say "the bucket $BUCKET and its faces were kept (--with-bucket deletes them)" ;; esac

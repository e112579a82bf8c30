# shellcheck shell=sh disable=SC2154 # $dry_run comes from up.sh or down.sh
# How the scripts speak, and the only ways in which they call aws.

changes=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# A pager would wait for a key.
export AWS_PAGER=

say() {
  printf '%s\n' "$*"
}

# fail CODE SENTENCE: 1 refused, 2 not reached, 3 bad usage, as facepipe itself.
fail() {
  code=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}

# The arguments as a shell would need them.
quoted() {
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=,@+-]* | '') printf " '%s'" "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '\n'
}

# call ARGUMENT...: runs aws; $answer is what it says, $complaint its error.
call() {
  case $1 in
    # Before 2.13 aws did not look at this variable itself.
    s3 | s3api) [ -z "${AWS_ENDPOINT_URL_S3:-}" ] || set -- "$@" --endpoint-url "$AWS_ENDPOINT_URL_S3" ;;
  esac
  if answer=$(aws "$@" 2>"$scratch/complaint"); then
    [ "$answer" != None ] || answer=
    return 0
  fi
  complaint=$(tr '\n' ' ' <"$scratch/complaint")
  return 1
}

# ask MISSING ARGUMENT...: reads. Returns 1 when aws says, with the error code MISSING, that there is no such thing.
ask() {
  missing=$1
  shift
  call "$@" && return 0
  case $complaint in
    *"($missing)"*)
      answer=
      return 1
      ;;
  esac
  give_up "$@"
}

# change SENTENCE ARGUMENT...: the only way in which anything is changed; with --dry-run it only shows the command.
change() {
  changes=$((changes + 1))
  say "$1"
  shift
  if [ "$dry_run" = yes ]; then
    answer=
    printf '  aws%s\n' "$(quoted "$@")"
    return 0
  fi
  tries=1
  until call "$@"; do
    # IAM and EC2 take some seconds until all of their machines know what was made or deleted.
    case $complaint in
      *"Invalid IAM Instance Profile"* | *"(DependencyViolation)"*) ;;
      *) give_up "$@" ;;
    esac
    [ "$tries" -lt 12 ] || give_up "$@"
    tries=$((tries + 1))
    sleep "${RETRY_SECONDS:-5}"
  done
}

# Ends the script with $complaint as a sentence that says what to do.
give_up() {
  case $complaint in
    *"Unable to locate credentials"* | *"could not be found"*profile* | *"config profile"*)
      fail 1 "aws has no login: $complaint Run 'aws configure' or 'aws sso login', or set AWS_PROFILE." ;;
    *ExpiredToken* | *"oken has expired"* | *RequestExpired*)
      fail 1 "the login has expired: $complaint Log in again, e.g. with 'aws sso login'." ;;
    *InvalidClientTokenId* | *AuthFailure* | *InvalidAccessKeyId* | *SignatureDoesNotMatch*)
      fail 1 "the login is wrong: $complaint Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." ;;
    *"Could not connect"* | *"Connect timeout"* | *"Read timeout"* | *"Connection was closed"*)
      fail 2 "AWS cannot be reached: $complaint Check REGION and the network." ;;
    *AccessDenied* | *UnauthorizedOperation* | *"(403)"*)
      fail 1 "this login may not do 'aws $1 $2': $complaint docs/aws.md lists what the operator's login needs." ;;
    *) fail 1 "'aws $1 $2' failed: $complaint" ;;
  esac
}

# What a JSON text says, whatever its order and layout: services give documents back rearranged, and Ceph gives
# {"Filter": {"Prefix": ""}} back as {"Prefix": ""}.
json_words() {
  printf '%s' "$1" | tr -d ' \n\t' | sed 's/":/",/g' | tr '{}[],' '[\n*]' | grep -v -e '^$' -e '^"Filter"$' | sort
}

same_json() {
  [ "$(json_words "$1")" = "$(json_words "$2")" ]
}

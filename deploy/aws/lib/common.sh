# shellcheck shell=sh disable=SC2154 # $dry_run comes from up.sh or down.sh
# Messages, and the functions through which all calls of aws go.

changes=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# A pager would wait for a key press.
export AWS_PAGER=

say() {
  printf '%s\n' "$*"
}

# fail CODE SENTENCE: 1 refused, 2 unreachable, 3 wrong usage, as facepipe itself.
fail() {
  code=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}

# Prints the arguments quoted for a shell.
quoted() {
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=,@+-]* | '') printf " '%s'" "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '\n'
}

# call ARGUMENT...: runs aws; sets $answer to its output, or $aws_error to its error.
call() {
  case $1 in
    # aws before 2.13 ignores this variable.
    s3 | s3api) [ -z "${AWS_ENDPOINT_URL_S3:-}" ] || set -- "$@" --endpoint-url "$AWS_ENDPOINT_URL_S3" ;;
  esac
  if answer=$(aws "$@" 2>"$scratch/error"); then
    [ "$answer" != None ] || answer=
    return 0
  fi
  aws_error=$(tr '\n' ' ' <"$scratch/error")
  return 1
}

# query MISSING ARGUMENT...: reads. Returns 1 when aws fails with the error code MISSING: it does not exist.
query() {
  missing=$1
  shift
  call "$@" && return 0
  case $aws_error in
    *"($missing)"*)
      answer=
      return 1
      ;;
  esac
  fail_aws "$@"
}

# change SENTENCE ARGUMENT...: every change goes through here; with --dry-run it only prints the command.
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
    # IAM and EC2 are eventually consistent: a change takes some seconds to be visible everywhere.
    case $aws_error in
      *"Invalid IAM Instance Profile"* | *"(DependencyViolation)"*) ;;
      *) fail_aws "$@" ;;
    esac
    [ "$tries" -lt 12 ] || fail_aws "$@"
    tries=$((tries + 1))
    sleep "${RETRY_SECONDS:-5}"
  done
}

# Ends the script with $aws_error in a sentence that says what to do.
fail_aws() {
  case $aws_error in
    *"Unable to locate credentials"* | *"could not be found"*profile* | *"config profile"*)
      fail 1 "aws has no credentials: $aws_error Run 'aws configure' or 'aws sso login', or set AWS_PROFILE." ;;
    *ExpiredToken* | *"oken has expired"* | *RequestExpired*)
      fail 1 "the credentials have expired: $aws_error Log in again, e.g. with 'aws sso login'." ;;
    *InvalidClientTokenId* | *AuthFailure* | *InvalidAccessKeyId* | *SignatureDoesNotMatch*)
      fail 1 "the credentials are wrong: $aws_error Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." ;;
    *"Could not connect"* | *"Connect timeout"* | *"Read timeout"* | *"Connection was closed"*)
      fail 2 "AWS cannot be reached: $aws_error Check REGION and the network." ;;
    *AccessDenied* | *UnauthorizedOperation* | *"(403)"*)
      fail 1 "these credentials do not allow 'aws $1 $2': $aws_error docs/aws.md lists the permissions that the operator needs." ;;
    *) fail 1 "'aws $1 $2' failed: $aws_error" ;;
  esac
}

# The sorted tokens of a JSON text: services return documents in another order and layout, and Ceph returns
# {"Filter": {"Prefix": ""}} as {"Prefix": ""}.
json_tokens() {
  printf '%s' "$1" | tr -d ' \n\t' | sed 's/":/",/g' | tr '{}[],' '[\n*]' | grep -v -e '^$' -e '^"Filter"$' | sort
}

same_json() {
  [ "$(json_tokens "$1")" = "$(json_tokens "$2")" ]
}

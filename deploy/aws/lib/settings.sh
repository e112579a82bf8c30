# shellcheck shell=sh
# Reads the settings file, and reports all its faults before anything is tried.

known=' NAME REGION BUCKET PREFIX PUBLIC EXPIRE_DAYS ENCRYPTION TLS_ONLY ACCESS_BLOCK RUNTIME PORT ALLOW_FROM ARCHITECTURE INSTANCE_TYPE
DISK_GB SUBNET FIXED_ADDRESS K3S_VERSION K3S_SHA256 DOCKER_VERSION '

faults=

fault() {
  faults="$faults
  $*"
}

# one_of KEY VALUE CHOICE...
one_of() {
  key=$1
  value=$2
  shift 2
  for choice in "$@"; do [ "$value" != "$choice" ] || return 0; done
  fault "$key must be one of $*, not '$value'"
}

# shaped KEY VALUE REGEX MEANING
shaped() {
  printf '%s\n' "$2" | grep -Eqx -- "$3" || fault "$1 must be $4, not '$2'"
}

# read_settings FILE
read_settings() {
  [ -r "$1" ] || fail 3 "there is no settings file $1. Copy settings.example to it and fill it in."
  # Variables of the same names in the caller's environment are ignored.
  for key in $known; do unset "$key"; done
  number=0
  # The last line may lack its newline.
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case $line in '' | '#'*) continue ;; esac
    key=${line%%=*}
    case $line in *=*) ;; *) key='?' ;; esac
    case $known in
      # The key is a known one, so the value is the only text from the file that eval sees, and it is quoted.
      *[[:space:]]"$key"[[:space:]]*) eval "$key=\${line#*=}" ;;
      *) fault "line $number is not a known setting: $line" ;;
    esac
  done <"$1"
}

# check_settings STEP...
check_settings() {
  shaped NAME "${NAME:=facepipe}" '[a-z][a-z0-9-]{0,31}' 'lowercase letters, digits and -'
  shaped REGION "${REGION:-}" '[a-z]{2}(-[a-z]+)+-[0-9]' 'a region like eu-central-1'
  case ${REGION:-} in cn-*) fault 'REGION: the AWS regions in China are not supported' ;; esac
  shaped BUCKET "${BUCKET:-}" '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]' 'a bucket name (3 to 63 lowercase letters, digits, - and .)'
  # * and ? are wildcards in a policy.
  shaped PREFIX "${PREFIX:-}" "([A-Za-z0-9!_.'()-]+(/[A-Za-z0-9!_.'()-]+)*)?" 'empty or a path without leading or trailing /'
  one_of PUBLIC "${PUBLIC:=no}" yes no
  one_of ACCESS_BLOCK "${ACCESS_BLOCK:=yes}" yes no
  one_of TLS_ONLY "${TLS_ONLY:=yes}" yes no
  shaped EXPIRE_DAYS "${EXPIRE_DAYS:=30}" '[0-9]{1,5}' 'a number of days'
  shaped ENCRYPTION "${ENCRYPTION:=AES256}" 'AES256|none|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+' \
    "AES256, none or the ARN of a KMS key (not of an alias)"
  case $PUBLIC$ENCRYPTION in
    yesarn:*) fault 'PUBLIC=yes and a KMS key exclude each other: anonymous clients cannot read objects encrypted with KMS' ;;
  esac
  case " $* " in *' firewall '* | *' machine '*) check_machine_settings ;; esac
  [ -z "$faults" ] || fail 3 "the settings are wrong, and nothing was tried:$faults"
  derive_names
}

check_machine_settings() {
  one_of RUNTIME "${RUNTIME:=k3s}" k3s docker
  shaped PORT "${PORT:=30883}" '[1-9][0-9]{0,4}' 'a port'
  [ -n "${ALLOW_FROM:-}" ] || fault 'ALLOW_FROM is empty: set it to the address ranges of the edge sites, e.g. 203.0.113.7/32'
  for range in ${ALLOW_FROM:-}; do
    shaped ALLOW_FROM "$range" '([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}|[0-9a-fA-F:]*:[0-9a-fA-F:]*/[0-9]{1,3}' \
      'address ranges like 203.0.113.7/32 or 2001:db8::/48'
  done
  one_of ARCHITECTURE "${ARCHITECTURE:=arm64}" arm64 amd64
  shaped INSTANCE_TYPE "${INSTANCE_TYPE:=t4g.small}" '[a-z0-9-]+\.[a-z0-9-]+' 'an instance type like t4g.small'
  shaped DISK_GB "${DISK_GB:=16}" '[1-9][0-9]{0,4}' 'a number of GB'
  [ "${DISK_GB:-0}" -ge 8 ] 2>/dev/null || fault 'DISK_GB must be 8 or more, the size of the image'
  shaped SUBNET "${SUBNET:=}" '(subnet-[0-9a-f]+)?' 'empty or a subnet like subnet-0123456789abcdef0'
  one_of FIXED_ADDRESS "${FIXED_ADDRESS:=yes}" yes no
  # These three become part of a script that root runs on the machine.
  shaped K3S_VERSION "${K3S_VERSION:=v1.33.5+k3s1}" 'v[0-9.]+\+k3s[0-9]+' 'a version like v1.33.5+k3s1'
  shaped K3S_SHA256 "${K3S_SHA256:=}" '([0-9a-f]{64})?' 'empty or 64 hexadecimal digits'
  shaped DOCKER_VERSION "${DOCKER_VERSION:=5:28.3.3-1~debian.12~bookworm}" '[0-9A-Za-z:.~+-]+' 'a version of the package docker-ce'
}

# Variables derived from the settings, for all steps.
# shellcheck disable=SC2034 # the other files of this folder use them
derive_names() {
  case $REGION in
    us-gov-*) partition=aws-us-gov ;;
    *) partition=aws ;;
  esac
  bucket_arn=arn:$partition:s3:::$BUCKET
  path=${PREFIX:+$PREFIX/}
  role=$NAME-store
  # Version 1 of aws reads only AWS_DEFAULT_REGION, version 2 reads both.
  export AWS_REGION="$REGION" AWS_DEFAULT_REGION="$REGION"
}

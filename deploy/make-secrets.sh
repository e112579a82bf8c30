#!/bin/sh
# Makes the certificates and passwords that edge and cloud need. What is there already stays: to replace a file,
# delete it and run this again.
set -eu
umask 077

# With a year less than three there is time to notice; `facepipe broker-check` shows the days that are left.
server_days=825
authority_days=3650
here=$(cd "$(dirname "$0")" && pwd)
edge_users="detect log forward"
cloud_users="store log forward"

usage() {
  cat <<'TEXT'
make-secrets.sh DIR NAME [NAME...]

Makes in DIR, if they are not there:
  ca.key                          key of an authority of our own; keep it, no machine needs it
  ca.crt                          its certificate, for all who connect to the cloud's broker
  server.key, server.crt          the cloud's broker; NAME is each host name or IP address by which it is reached
  edge-USER.password              for detect, log and forward at the edge's broker
  cloud-USER.password             for store, log and forward at the cloud's broker
  edge-passwords, cloud-passwords all of these, user:password, for the brokers themselves
  aws-credentials                 for store: no keys yet; fill them in for a bucket
  cameras                         for detect: none yet; fill in those whose address has a password

Nobody but you can enter DIR. Files in it, save ca.key, can be read by everyone who gets in: a container has
users of its own, and sees only the files that are mounted into it.

  edge needs   ca.crt, edge-*, cloud-forward.password, cameras
  cloud needs  ca.crt, server.crt, server.key, cloud-*, aws-credentials
TEXT
}

# Errors are what happened and what to do.
fail() {
  echo "make-secrets.sh: $1" >&2
  exit "${2:-1}"
}

# keep FILE: true, and says so, when it is there.
keep() {
  [ -e "$1" ] || return 1
  echo "kept $1"
}

# made FILE MODE: puts FILE.new in its place, complete or not at all.
made() {
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
  echo "made $1"
}

# The subjectAltName of names and addresses.
alternative_names() {
  names=
  for name in "$@"; do
    case $name in
      *:*) kind=IP ;;
      *[!0-9.]*) kind=DNS ;;
      *) kind=IP ;;
    esac
    names="$names${names:+,}$kind:$name"
  done
  echo "$names"
}

make_key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.new"
  made "$1" "$2"
}

make_authority() {
  keep ca.crt && return
  keep ca.key || make_key ca.key 600
  cat >ca.cnf.new <<'TEXT'
[req]
prompt = no
distinguished_name = name
x509_extensions = authority
[name]
CN = facepipe authority
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
TEXT
  openssl req -new -x509 -config ca.cnf.new -key ca.key -sha256 -days "$authority_days" -out ca.crt.new
  rm ca.cnf.new
  made ca.crt 644
}

make_server() {
  keep server.crt && return
  [ -e ca.key ] || fail "ca.key is not in this folder, so that server.crt cannot be signed. Run this where ca.key is"
  keep server.key || make_key server.key 644
  cat >server.cnf.new <<TEXT
[req]
prompt = no
distinguished_name = name
[name]
CN = facepipe broker
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $(alternative_names "$@")
TEXT
  openssl req -new -config server.cnf.new -key server.key -out server.csr.new
  openssl x509 -req -in server.csr.new -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -sha256 -days "$server_days" -extfile server.cnf.new -extensions server -out server.crt.new 2>openssl.log.new ||
    fail "server.crt could not be signed: $(cat openssl.log.new)"
  rm server.cnf.new server.csr.new openssl.log.new
  made server.crt 644
}

# What was kept may be another authority's, or for other names.
check_server() {
  openssl verify -CAfile ca.crt server.crt >/dev/null 2>&1 ||
    fail "server.crt is not signed by ca.crt, or is no longer valid. Delete server.crt, and run this again"
  for name in "$@"; do
    case $(alternative_names "$name") in
      IP:*) check=-checkip ;;
      *) check=-checkhost ;;
    esac
    openssl x509 -in server.crt -noout "$check" "$name" | grep -q "does match" ||
      fail "server.crt is not for $name. Delete server.crt, and run this again with all names"
  done
}

# make_passwords SIDE USER...: a file for each user, and one line for each in the broker's file.
make_passwords() {
  side=$1
  shift
  list=$side-passwords
  : >"$list.new"
  # awk ends the last line, too, if an editor has not.
  [ ! -e "$list" ] || awk 1 "$list" >"$list.new"
  for user in "$@"; do
    file=$side-$user.password
    if ! keep "$file"; then
      # 192 bits, in letters that need no quotes anywhere and no colon, which ends the user's name in the list.
      openssl rand -base64 24 | tr '+/' '-_' >"$file.new"
      made "$file" 644
    fi
    line="$user:$(sed -n 1p "$file")"
    if ! grep -q "^$user:" "$list.new"; then
      echo "$line" >>"$list.new"
    elif ! grep -Fqx "$line" "$list.new"; then
      rm "$list.new"
      fail "$list has another password for $user than $file. Delete the line \"$user:...\" in $list, and run this again"
    fi
  done
  if [ -e "$list" ] && cmp -s "$list" "$list.new"; then
    rm "$list.new"
    keep "$list"
  else
    made "$list" 644
  fi
}

# make_to_fill_in FILE: with what its example says, for the operator to fill in.
make_to_fill_in() {
  keep "$1" && return
  cp "$here/$1.example" "$1.new"
  made "$1" 644
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
if [ $# -lt 2 ]; then
  usage >&2
  exit 3
fi
directory=$1
shift
for name in "$@"; do
  case $name in
    '' | -* | *[!A-Za-z0-9.:*_-]*)
      fail "\"$name\" is no host name and no IP address. Give it without scheme and port, such as cloud.example" 3
      ;;
  esac
done
command -v openssl >/dev/null || fail "openssl is missing. Install it (Debian: apt-get install openssl)"
mkdir -p "$directory"
cd "$directory"
chmod 700 .
make_authority
make_server "$@"
check_server "$@"
# shellcheck disable=SC2086 # Each user is a word of its own.
make_passwords edge $edge_users
# shellcheck disable=SC2086
make_passwords cloud $cloud_users
make_to_fill_in aws-credentials
make_to_fill_in cameras

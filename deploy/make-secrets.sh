#!/bin/sh
# Creates the certificates and passwords that edge and cloud need. Existing files are kept: to replace a file,
# delete it and run this again.
set -eu
umask 077

# Long enough to plan the renewal; `facepipe broker-check` shows the days left.
server_days=825
authority_days=3650
here=$(cd "$(dirname "$0")" && pwd)
edge_users="detect log forward operator"
cloud_users="store log forward"

usage() {
  cat <<'TEXT'
make-secrets.sh DIR NAME [NAME...]

Creates in DIR, unless they exist:
  ca.key                          key of a private certificate authority; keep it, no machine needs it
  ca.crt                          its certificate, for all clients of the cloud's broker
  server.key, server.crt          the cloud's broker; NAME is each host name or IP address that its clients use
  edge-USER.password              for detect, log and forward at the edge's broker
  edge-operator.password          for those who pause cameras; no role needs it
  cloud-USER.password             for store, log and forward at the cloud's broker
  edge-passwords, cloud-passwords all of these as user:password, for the brokers
  aws-credentials                 for store: a template; fill in the keys of the bucket

Only you can enter DIR. The files in it, except ca.key, are readable by all users: a container has its own user IDs,
and sees only the files that are mounted into it.

  edge needs   ca.crt, edge-*, cloud-forward.password
  cloud needs  ca.crt, server.crt, server.key, cloud-*, aws-credentials
TEXT
}

# fail SENTENCE [CODE]: the sentence says what happened and what to do.
fail() {
  echo "make-secrets.sh: $1" >&2
  exit "${2:-1}"
}

# keep FILE: true, with a message, when it exists.
keep() {
  [ -e "$1" ] || return 1
  echo "kept $1"
}

# install_new FILE MODE: renames FILE.new to FILE, which is thus never incomplete.
install_new() {
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
  echo "made $1"
}

# Prints the subjectAltName for names and addresses.
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
  install_new "$1" "$2"
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
  install_new ca.crt 644
}

make_server() {
  keep server.crt && return
  [ -e ca.key ] || fail "ca.key is not in this folder, so server.crt cannot be signed. Run this where ca.key is"
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
  install_new server.crt 644
}

# An existing certificate may be from another authority, or for other names.
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

# make_passwords SIDE USER...: creates a file for each user, and adds each to the broker's password file.
make_passwords() {
  side=$1
  shift
  list=$side-passwords
  : >"$list.new"
  # awk adds a missing newline at the end.
  [ ! -e "$list" ] || awk 1 "$list" >"$list.new"
  for user in "$@"; do
    file=$side-$user.password
    if ! keep "$file"; then
      # 192 bits, without characters that need quoting, and without a colon, the separator in the list.
      openssl rand -base64 24 | tr '+/' '-_' >"$file.new"
      install_new "$file" 644
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
    install_new "$list" 644
  fi
}

# make_template FILE: copies its example, for the operator to fill in.
make_template() {
  keep "$1" && return
  cp "$here/$1.example" "$1.new"
  install_new "$1" 644
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
      fail "\"$name\" is not a host name or IP address. Write it without scheme and port, such as cloud.example" 3
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
# shellcheck disable=SC2086 # Split into one word per user.
make_passwords edge $edge_users
# shellcheck disable=SC2086
make_passwords cloud $cloud_users
make_template aws-credentials

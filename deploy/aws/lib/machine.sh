# shellcheck shell=sh disable=SC2154 # the names come from settings.sh and firewall.sh, $answer from common.sh
# The virtual machine, and its fixed address.

machine_up() {
  find_machines pending,running,stopping,stopped
  case $machines in
    *' '*) fail 1 "there are several machines with the tag facepipe=$NAME: $machines. Terminate all but one." ;;
    '') create_machine ;;
    *) keep_machine ;;
  esac
  [ "$FIXED_ADDRESS" = no ] || fix_address
}

# $machines are the identifiers of the machines in one of these states, separated by spaces.
find_machines() {
  ask '' ec2 describe-instances --filters "Name=tag:facepipe,Values=$NAME" "Name=instance-state-name,Values=$1" \
    --query 'Reservations[].Instances[].InstanceId' --output text
  machines=$(printf '%s' "$answer" | tr -s '\t\n' '  ')
}

create_machine() {
  find_image
  write_user_data
  set -- ec2 run-instances --image-id "$image" --instance-type "$INSTANCE_TYPE" --security-group-ids "${group:-NEW-GROUP}" \
    --iam-instance-profile "Name=$role"
  [ -z "$SUBNET" ] || set -- "$@" --subnet-id "$SUBNET"
  # A hop more than usual, or no container would reach the role; a token, or any web page fetched could (IMDSv2).
  set -- "$@" --metadata-options HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit=2 \
    --block-device-mappings "DeviceName=$disk,Ebs={VolumeSize=$DISK_GB,VolumeType=gp3,Encrypted=true,DeleteOnTermination=true}"
  for kind in instance volume; do
    tags="$kind,Tags=[{Key=facepipe,Value=$NAME},{Key=Name,Value=$NAME}]"
    # --tag-specifications takes all of its values at once.
    if [ "$kind" = instance ]; then set -- "$@" --tag-specifications; fi
    set -- "$@" "ResourceType=$tags"
  done
  change "create the machine ($INSTANCE_TYPE, Debian 12, $RUNTIME)" "$@" --user-data "file://$scratch/user-data" \
    --query 'Instances[0].InstanceId' --output text
  machines=$answer
  [ "$dry_run" = yes ] || call ec2 wait instance-running --instance-ids "$machines" || give_up ec2 wait
}

# $image is Debian's newest, $disk its root device.
find_image() {
  ask '' ssm get-parameter --name "/aws/service/debian/release/12/latest/$ARCHITECTURE" --query Parameter.Value --output text
  image=$answer
  ask '' ec2 describe-images --image-ids "$image" --query 'Images[0].RootDeviceName' --output text
  disk=${answer:-/dev/xvda}
}

write_user_data() {
  {
    printf '#!/bin/sh\nREGION=%s\nVERSION=%s\nSHA256=%s\n' "$REGION" \
      "$([ "$RUNTIME" = k3s ] && echo "$K3S_VERSION" || echo "$DOCKER_VERSION")" "$K3S_SHA256"
    cat "$here/user-data/start.sh" "$here/user-data/$RUNTIME.sh"
  } >"$scratch/user-data"
}

# What can be mended while it runs is mended; for the rest the machine's data would be lost, so it is only said.
keep_machine() {
  ask '' ec2 describe-instances --instance-ids "$machines" --output text --query \
    'Reservations[0].Instances[0].[InstanceType,MetadataOptions.HttpTokens,MetadataOptions.HttpPutResponseHopLimit]'
  # shellcheck disable=SC2086 # words
  set -- $answer
  [ "$1" = "$INSTANCE_TYPE" ] ||
    say "note: the machine $machines is a $1 and stays one; for a $INSTANCE_TYPE run down.sh first, or change it by hand"
  [ "$2 $3" = 'required 2' ] || change "demand IMDSv2 of the machine" ec2 modify-instance-metadata-options \
    --instance-id "$machines" --http-tokens required --http-put-response-hop-limit 2 --output json
}

# $address, $public and $holder: the fixed address's identifier, the address itself, and the machine that has it; or empty.
find_address() {
  address='' public='' holder=''
  ask '' ec2 describe-addresses --filters "Name=tag:facepipe,Values=$NAME" --output text \
    --query "Addresses[0].[AllocationId, PublicIp, InstanceId || 'nobody']"
  [ -n "$answer" ] || return 0
  # shellcheck disable=SC2086 # words
  set -- $answer
  address=$1 public=$2 holder=$3
}

fix_address() {
  find_address
  if [ -z "$address" ]; then
    change "get a fixed address" ec2 allocate-address --domain vpc --query '[AllocationId, PublicIp]' --output text \
      --tag-specifications "ResourceType=elastic-ip,Tags=[{Key=facepipe,Value=$NAME},{Key=Name,Value=$NAME}]"
    # shellcheck disable=SC2086 # words
    set -- $answer
    address=${1:-NEW-ADDRESS} public=${2:-}
  fi
  [ "$holder" = "${machines:-NEW-MACHINE}" ] || change "give the address to the machine" ec2 associate-address \
    --allocation-id "$address" --instance-id "${machines:-NEW-MACHINE}" --output json
}

machine_down() {
  find_machines pending,running,stopping,stopped
  if [ -n "$machines" ]; then
    # shellcheck disable=SC2086 # words
    change "terminate the machine $machines" ec2 terminate-instances --instance-ids $machines --output json
  fi
  # The group and the address are in use until it is gone; an earlier run may have ended while waiting.
  [ "$dry_run" = yes ] || find_machines shutting-down,pending,running,stopping,stopped
  # shellcheck disable=SC2086 # words
  [ "$dry_run" = yes ] || [ -z "$machines" ] || call ec2 wait instance-terminated --instance-ids $machines || give_up ec2 wait
  find_address
  [ -z "$address" ] || change "give the address $public back" ec2 release-address --allocation-id "$address"
}

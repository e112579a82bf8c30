# shellcheck shell=sh disable=SC2154 # variables from settings.sh and firewall.sh, $answer from common.sh
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

# Sets $machines to the identifiers of the machines in one of these states, separated by spaces.
find_machines() {
  query '' ec2 describe-instances --filters "Name=tag:facepipe,Values=$NAME" "Name=instance-state-name,Values=$1" \
    --query 'Reservations[].Instances[].InstanceId' --output text
  machines=$(printf '%s' "$answer" | tr -s '\t\n' '  ')
}

create_machine() {
  find_image
  write_user_data
  set -- ec2 run-instances --image-id "$image" --instance-type "$INSTANCE_TYPE" --security-group-ids "${group:-NEW-GROUP}" \
    --iam-instance-profile "Name=$role"
  [ -z "$SUBNET" ] || set -- "$@" --subnet-id "$SUBNET"
  # Two hops, so that containers reach the role's credentials; tokens (IMDSv2), so that a forged request cannot.
  set -- "$@" --metadata-options HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit=2 \
    --block-device-mappings "DeviceName=$disk,Ebs={VolumeSize=$DISK_GB,VolumeType=gp3,Encrypted=true,DeleteOnTermination=true}"
  for kind in instance volume; do
    tags="$kind,Tags=[{Key=facepipe,Value=$NAME},{Key=Name,Value=$NAME}]"
    # --tag-specifications expects all of its values together.
    if [ "$kind" = instance ]; then set -- "$@" --tag-specifications; fi
    set -- "$@" "ResourceType=$tags"
  done
  change "create the machine ($INSTANCE_TYPE, Debian 12, $RUNTIME)" "$@" --user-data "file://$scratch/user-data" \
    --query 'Instances[0].InstanceId' --output text
  machines=$answer
  [ "$dry_run" = yes ] || call ec2 wait instance-running --instance-ids "$machines" || fail_aws ec2 wait
}

# Sets $image to Debian's newest image, and $disk to its root device.
find_image() {
  query '' ssm get-parameter --name "/aws/service/debian/release/12/latest/$ARCHITECTURE" --query Parameter.Value --output text
  image=$answer
  query '' ec2 describe-images --image-ids "$image" --query 'Images[0].RootDeviceName' --output text
  disk=${answer:-/dev/xvda}
}

write_user_data() {
  {
    printf '#!/bin/sh\nREGION=%s\nVERSION=%s\nSHA256=%s\n' "$REGION" \
      "$([ "$RUNTIME" = k3s ] && echo "$K3S_VERSION" || echo "$DOCKER_VERSION")" "$K3S_SHA256"
    cat "$here/user-data/start.sh" "$here/user-data/$RUNTIME.sh"
  } >"$scratch/user-data"
}

# Fixes what can be changed while the machine runs; other changes would lose its data, so they are only reported.
keep_machine() {
  query '' ec2 describe-instances --instance-ids "$machines" --output text --query \
    'Reservations[0].Instances[0].[InstanceType,MetadataOptions.HttpTokens,MetadataOptions.HttpPutResponseHopLimit]'
  # shellcheck disable=SC2086 # words
  set -- $answer
  [ "$1" = "$INSTANCE_TYPE" ] ||
    say "note: the machine $machines remains a $1; for a $INSTANCE_TYPE run down.sh first, or change it by hand"
  [ "$2 $3" = 'required 2' ] || change "require IMDSv2 on the machine" ec2 modify-instance-metadata-options \
    --instance-id "$machines" --http-tokens required --http-put-response-hop-limit 2 --output json
}

# Sets $address, $public and $holder: the Elastic IP's identifier, the address itself, and its machine; or to nothing.
find_address() {
  address='' public='' holder=''
  query '' ec2 describe-addresses --filters "Name=tag:facepipe,Values=$NAME" --output text \
    --query "Addresses[0].[AllocationId, PublicIp, InstanceId || 'nobody']"
  [ -n "$answer" ] || return 0
  # shellcheck disable=SC2086 # words
  set -- $answer
  address=$1 public=$2 holder=$3
}

fix_address() {
  find_address
  if [ -z "$address" ]; then
    change "allocate a fixed address" ec2 allocate-address --domain vpc --query '[AllocationId, PublicIp]' --output text \
      --tag-specifications "ResourceType=elastic-ip,Tags=[{Key=facepipe,Value=$NAME},{Key=Name,Value=$NAME}]"
    # shellcheck disable=SC2086 # words
    set -- $answer
    address=${1:-NEW-ADDRESS} public=${2:-}
  fi
  [ "$holder" = "${machines:-NEW-MACHINE}" ] || change "associate the address with the machine" ec2 associate-address \
    --allocation-id "$address" --instance-id "${machines:-NEW-MACHINE}" --output json
}

machine_down() {
  find_machines pending,running,stopping,stopped
  if [ -n "$machines" ]; then
    # shellcheck disable=SC2086 # words
    change "terminate the machine $machines" ec2 terminate-instances --instance-ids $machines --output json
  fi
  # The group and the address are in use until the machine is terminated; an earlier run may have ended while waiting.
  [ "$dry_run" = yes ] || find_machines shutting-down,pending,running,stopping,stopped
  # shellcheck disable=SC2086 # words
  [ "$dry_run" = yes ] || [ -z "$machines" ] || call ec2 wait instance-terminated --instance-ids $machines || fail_aws ec2 wait
  find_address
  [ -z "$address" ] || change "release the address $public" ec2 release-address --allocation-id "$address"
}

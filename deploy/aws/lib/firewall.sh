# shellcheck shell=sh disable=SC2154 # variables from settings.sh, $answer from common.sh
# The security group: admits the edge sites to the broker's port, and nothing else. Session Manager replaces SSH.

firewall_up() {
  find_network
  find_group
  if [ -z "$group" ]; then
    change "create the security group $NAME" ec2 create-security-group --group-name "$NAME" --vpc-id "$network" \
      --description "facepipe: MQTT from the edge sites" --query GroupId --output text \
      --tag-specifications "ResourceType=security-group,Tags=[{Key=facepipe,Value=$NAME},{Key=Name,Value=$NAME}]"
    group=$answer
  fi
  set_group_rules
}

# Sets $network to the VPC of SUBNET, or to the default VPC.
find_network() {
  if [ -n "$SUBNET" ]; then
    query '' ec2 describe-subnets --subnet-ids "$SUBNET" --query 'Subnets[0].VpcId' --output text
  else
    query '' ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text
  fi
  network=$answer
  [ -n "$network" ] || fail 1 "there is no default VPC in $REGION. Set SUBNET to a public subnet, or run 'aws ec2 create-default-vpc'."
}

# Sets $group to the security group's identifier, or to nothing.
find_group() {
  query '' ec2 describe-security-groups --filters "Name=tag:facepipe,Values=$NAME" "Name=group-name,Values=$NAME" \
    --query 'SecurityGroups[0].GroupId' --output text
  group=$answer
}

set_group_rules() {
  answer=
  # In a dry run the group may not exist yet.
  [ -z "$group" ] || query '' ec2 describe-security-group-rules --filters "Name=group-id,Values=$group" --output text \
    --query 'SecurityGroupRules[?!IsEgress].[SecurityGroupRuleId,IpProtocol,FromPort,ToPort,CidrIpv4 || CidrIpv6]'
  printf '%s\n' "$answer" >"$scratch/rules"
  for range in $ALLOW_FROM; do
    awk -v port="$PORT" -v range="$range" \
      '$2 == "tcp" && $3 == port && $4 == port && $5 == range { found = 1 } END { exit !found }' "$scratch/rules" ||
      allow "$range"
  done
  # Read from the file, since change() overwrites $answer.
  while read -r rule protocol from to range; do
    [ -n "$rule" ] || continue
    case "$protocol $from $to  $ALLOW_FROM " in
      "tcp $PORT $PORT "*" $range "*) ;;
      *) change "let $range no longer in (port $from)" ec2 revoke-security-group-ingress --group-id "$group" \
        --security-group-rule-ids "$rule" --output json ;;
    esac
  done <"$scratch/rules"
}

# allow RANGE
allow() {
  case $1 in
    *:*) ranges="Ipv6Ranges=[{CidrIpv6=$1}]" ;;
    *) ranges="IpRanges=[{CidrIp=$1}]" ;;
  esac
  change "allow $1 (port $PORT)" ec2 authorize-security-group-ingress --group-id "${group:-NEW-GROUP}" --output json \
    --ip-permissions "IpProtocol=tcp,FromPort=$PORT,ToPort=$PORT,$ranges"
}

firewall_down() {
  find_group
  [ -z "$group" ] || change "delete the security group $NAME" ec2 delete-security-group --group-id "$group"
}

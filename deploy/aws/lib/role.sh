# shellcheck shell=sh disable=SC2154 # variables from settings.sh, $answer from common.sh
# The IAM role of the machine and its containers: store needs no access key.

role_up() {
  if query NoSuchEntity iam get-role --role-name "$role" --output text \
    --query "Role.Tags[?Key=='facepipe'].Value | [0]"; then
    [ "$answer" = "$NAME" ] || fail 1 "there is a role $role that up.sh did not create (it has no tag facepipe=$NAME). Choose another NAME."
  else
    change "create the role $role" iam create-role --role-name "$role" --output json \
      --description "facepipe store: add objects to $BUCKET" \
      --assume-role-policy-document "$(trust_policy)" --tags "Key=facepipe,Value=$NAME"
  fi
  set_role_policy
  set_profile
}

set_role_policy() {
  wanted=$(role_policy)
  query NoSuchEntity iam get-role-policy --role-name "$role" --policy-name facepipe --query PolicyDocument --output json || true
  same_json "$answer" "$wanted" || change "set the role's policy" \
    iam put-role-policy --role-name "$role" --policy-name facepipe --policy-document "$wanted"
}

# EC2 uses a role through an instance profile of the same name.
set_profile() {
  if ! query NoSuchEntity iam get-instance-profile --instance-profile-name "$role" --output text \
    --query 'InstanceProfile.Roles[0].RoleName'; then
    change "create the instance profile $role" iam create-instance-profile --instance-profile-name "$role" \
      --tags "Key=facepipe,Value=$NAME" --output json
    answer=
  fi
  [ "$answer" = "$role" ] || change "add the role to the profile" \
    iam add-role-to-instance-profile --instance-profile-name "$role" --role-name "$role"
}

role_down() {
  if query NoSuchEntity iam get-instance-profile --instance-profile-name "$role" --output text \
    --query 'InstanceProfile.Roles[0].RoleName'; then
    [ -z "$answer" ] || change "remove the role from the profile" \
      iam remove-role-from-instance-profile --instance-profile-name "$role" --role-name "$role"
    change "delete the instance profile $role" iam delete-instance-profile --instance-profile-name "$role"
  fi
  query NoSuchEntity iam get-role --role-name "$role" --output text \
    --query "Role.Tags[?Key=='facepipe'].Value | [0]" || return 0
  [ "$answer" = "$NAME" ] || fail 1 "the role $role was not created by up.sh (it has no tag facepipe=$NAME), so it is not deleted."
  # A role with a policy cannot be deleted.
  if query NoSuchEntity iam get-role-policy --role-name "$role" --policy-name facepipe --output json; then
    change "delete the role's policy" iam delete-role-policy --role-name "$role" --policy-name facepipe
  fi
  change "delete the role $role" iam delete-role --role-name "$role"
}

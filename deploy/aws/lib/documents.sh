# shellcheck shell=sh disable=SC2154 # variables from settings.sh
# The JSON documents of policies and rules. cloudformation.yaml has the same; a test compares them.

# Only what store needs (src/sinks/): it never lists or deletes.
role_policy() {
  # A write must carry If-None-Match, so this role can add faces but never replace one.
  printf '{"Version":"2012-10-17","Statement":[%s,%s' \
    "{\"Sid\":\"FacepipeWrite\",\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"$bucket_arn/$path*\",\"Condition\":{\"Null\":{\"s3:if-none-match\":\"false\"}}}" \
    "{\"Sid\":\"FacepipeCompare\",\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"$bucket_arn/$path*\"}"
  # store --public checks whether the bucket's policy allows public reads; up.sh has set that policy.
  [ "$PUBLIC" = no ] || printf ',%s' \
    "{\"Sid\":\"FacepipeSeePublic\",\"Effect\":\"Allow\",\"Action\":\"s3:GetBucketPolicy\",\"Resource\":\"$bucket_arn\"}"
  case $ENCRYPTION in
    arn:*) printf ',%s' \
      "{\"Sid\":\"FacepipeKey\",\"Effect\":\"Allow\",\"Action\":[\"kms:GenerateDataKey\",\"kms:Decrypt\"],\"Resource\":\"$ENCRYPTION\",\"Condition\":{\"StringEquals\":{\"kms:ViaService\":\"s3.$REGION.amazonaws.com\"}}}" ;;
  esac
  # Session Manager instead of SSH. These actions do not support a narrower resource.
  printf ',%s]}' \
    '{"Sid":"FacepipeSession","Effect":"Allow","Action":["ssm:UpdateInstanceInformation","ssmmessages:CreateControlChannel","ssmmessages:CreateDataChannel","ssmmessages:OpenControlChannel","ssmmessages:OpenDataChannel"],"Resource":"*"}'
}

trust_policy() {
  printf '%s' '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
}

# Empty when the bucket needs none.
bucket_policy() {
  statements=
  if [ "$TLS_ONLY" = yes ]; then
    statements="{\"Sid\":\"FacepipeTlsOnly\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"$bucket_arn\",\"$bucket_arn/*\"],\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}"
  fi
  if [ "$PUBLIC" = yes ]; then
    # store --public recognizes its statement by this Sid and resource.
    statements="$statements${statements:+,}{\"Sid\":\"FacepipePublicRead\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"$bucket_arn/$path*\"}"
  fi
  [ -z "$statements" ] || printf '{"Version":"2012-10-17","Statement":[%s]}' "$statements"
}

# The bucket's lifecycle rules, without the enclosing brackets.
lifecycle_rules() {
  [ "$EXPIRE_DAYS" = 0 ] || printf '%s,' \
    "{\"ID\":\"facepipe-expire\",\"Filter\":{\"Prefix\":\"$path\"},\"Status\":\"Enabled\",\"Expiration\":{\"Days\":$EXPIRE_DAYS}}"
  printf '%s' \
    '{"ID":"facepipe-abort-uploads","Filter":{"Prefix":""},"Status":"Enabled","AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}}'
}

encryption_rules() {
  case $ENCRYPTION in
    # A bucket key saves nearly all KMS requests, which are billed individually.
    arn:*) printf '[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"%s"},"BucketKeyEnabled":true}]' "$ENCRYPTION" ;;
    *) printf '[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"},"BucketKeyEnabled":false}]' ;;
  esac
}

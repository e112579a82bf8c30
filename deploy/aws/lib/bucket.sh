# shellcheck shell=sh disable=SC2154 # variables from settings.sh, $answer and $aws_error from common.sh
# The bucket. Lifecycle rules and policies of others in an existing bucket are kept.

bucket_up() {
  bucket_is_new=no
  if bucket_exists; then refuse_shared; else create_bucket; fi
  block_public_access
  encrypt_bucket
  suspend_versioning
  set_lifecycle
  set_bucket_policy
}

# Returns 1 when it does not exist. A bucket of another account or in another region ends the script.
bucket_exists() {
  if ! call s3api head-bucket --bucket "$BUCKET"; then
    case $aws_error in
      *"(404)"*) return 1 ;;
      *"(403)"*) fail 1 "the bucket $BUCKET belongs to another account, or these credentials have no access to it. Choose another name for BUCKET, or other credentials." ;;
      *"(301)"*) fail 1 "the bucket $BUCKET is in another region than $REGION. Set REGION to the bucket's, or choose another name." ;;
      *) fail_aws s3api head-bucket ;;
    esac
  fi
  # aws follows redirects to the bucket's region, store does not. Other S3 services have no AWS regions.
  [ -z "${AWS_ENDPOINT_URL_S3:-}" ] || return 0
  query NoSuchBucket s3api get-bucket-location --bucket "$BUCKET" --query LocationConstraint --output text
  [ "${answer:-us-east-1}" = "$REGION" ] ||
    fail 1 "the bucket $BUCKET is in the region $answer, not in $REGION. Set REGION to the bucket's, or choose another name."
}

# Lifecycle rules and policy are set for one NAME; a second would overwrite those of the first.
refuse_shared() {
  bucket_tag
  case $answer in '' | "$NAME") return 0 ;; esac
  fail 1 "the bucket $BUCKET belongs to the set-up named $answer, not to $NAME. Use one bucket for each."
}

# Sets $answer to the NAME of the set-up that created the bucket, or to nothing.
bucket_tag() {
  query NoSuchTagSet s3api get-bucket-tagging --bucket "$BUCKET" --output text \
    --query "TagSet[?Key=='facepipe'].Value | [0]" || true
}

create_bucket() {
  bucket_is_new=yes
  set -- s3api create-bucket --bucket "$BUCKET"
  # us-east-1 is the default and not a valid LocationConstraint.
  [ "$REGION" = us-east-1 ] || set -- "$@" --create-bucket-configuration "LocationConstraint=$REGION"
  change "create the bucket $BUCKET" "$@" --output json
  # down.sh deletes only a bucket with this tag.
  change "tag the bucket" s3api put-bucket-tagging --bucket "$BUCKET" --tagging "TagSet=[{Key=facepipe,Value=$NAME}]"
}

# query_bucket MISSING ARGUMENT...: like query, except that a new bucket, which does not exist in a dry run, has no settings.
query_bucket() {
  if [ "$bucket_is_new" = yes ]; then
    answer=
    return 1
  fi
  query "$@"
}

# ACLs are always blocked; a bucket policy may make objects public only with PUBLIC=yes.
block_public_access() {
  [ "$ACCESS_BLOCK" = yes ] || return 0
  block=true
  [ "$PUBLIC" = no ] || block=false
  query_bucket NoSuchPublicAccessBlockConfiguration s3api get-public-access-block --bucket "$BUCKET" --output text \
    --query 'PublicAccessBlockConfiguration.[BlockPublicAcls,IgnorePublicAcls,BlockPublicPolicy,RestrictPublicBuckets]' || true
  # shellcheck disable=SC2086 # words
  set -- $answer
  [ "$(printf '%s' "$*" | tr TF tf)" != "true true $block $block" ] || return 0
  change "block public access (policies: $block)" s3api put-public-access-block --bucket "$BUCKET" \
    --public-access-block-configuration \
    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=$block,RestrictPublicBuckets=$block"
}

encrypt_bucket() {
  [ "$ENCRYPTION" != none ] || return 0
  query_bucket ServerSideEncryptionConfigurationNotFoundError s3api get-bucket-encryption --bucket "$BUCKET" \
    --query ServerSideEncryptionConfiguration.Rules --output json || true
  case $ENCRYPTION in
    # Amazon adds fields to this document over time; with AES256 only the algorithm matters.
    AES256) case $answer in *'"AES256"'*) return 0 ;; esac ;;
    *) case $answer in *"\"$ENCRYPTION\""*) return 0 ;; esac ;;
  esac
  change "encrypt new objects with $ENCRYPTION" s3api put-bucket-encryption --bucket "$BUCKET" \
    --server-side-encryption-configuration "{\"Rules\":$(encryption_rules)}"
}

# facepipe never overwrites an object, and a deleted face must not be kept as a version.
suspend_versioning() {
  query_bucket NoSuchBucket s3api get-bucket-versioning --bucket "$BUCKET" --query Status --output text || true
  [ "$answer" = Enabled ] || return 0
  change "suspend versioning" s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Suspended
}

set_lifecycle() {
  rules=$(lifecycle_rules)
  query_bucket NoSuchLifecycleConfiguration s3api get-bucket-lifecycle-configuration --bucket "$BUCKET" --output json \
    --query "Rules[?starts_with(ID, 'facepipe-')]" || true
  ! same_json "$answer" "$rules" || return 0
  query_bucket NoSuchLifecycleConfiguration s3api get-bucket-lifecycle-configuration --bucket "$BUCKET" --output json \
    --query "Rules[?!starts_with(ID, 'facepipe-')]" || answer='[]'
  # A put replaces all rules, so it must include those of others.
  others=$(printf '%s' "$answer" | tr '\n' ' ' | sed 's/^ *\[ *//; s/ *\] *$//')
  keep="after $EXPIRE_DAYS days"
  [ "$EXPIRE_DAYS" != 0 ] || keep=never
  change "delete faces $keep, and unfinished uploads after a day" \
    s3api put-bucket-lifecycle-configuration --bucket "$BUCKET" \
    --lifecycle-configuration "{\"Rules\":[$others${others:+,}$rules]}"
}

set_bucket_policy() {
  wanted=$(bucket_policy)
  query_bucket NoSuchBucketPolicy s3api get-bucket-policy --bucket "$BUCKET" --query Policy --output text || true
  ! same_json "$answer" "$wanted" || return 0
  all=$(json_tokens "$answer" | grep -c '^"Effect"$' || true)
  ours=$(json_tokens "$answer" | grep -c '^"Facepipe' || true)
  [ "$all" = "$ours" ] || fail 1 "the bucket $BUCKET has a policy with statements that are not facepipe's, which would be lost. Add these statements by hand, then run this again: $wanted"
  if [ -z "$wanted" ]; then
    change "delete the bucket's policy" s3api delete-bucket-policy --bucket "$BUCKET"
  else
    change "set the bucket's policy (TLS only: $TLS_ONLY, public: $PUBLIC)" \
      s3api put-bucket-policy --bucket "$BUCKET" --policy "$wanted"
  fi
}

bucket_down() {
  if ! bucket_exists; then return 0; fi
  bucket_tag
  [ "$answer" = "$NAME" ] || fail 1 "the bucket $BUCKET was not created by up.sh (it has no tag facepipe=$NAME), so it is not deleted. Delete it by hand if you are sure."
  change "delete all objects in the bucket $BUCKET" s3 rm "s3://$BUCKET" --recursive --only-show-errors
  change "delete the bucket $BUCKET" s3api delete-bucket --bucket "$BUCKET"
}

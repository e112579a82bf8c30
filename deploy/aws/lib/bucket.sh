# shellcheck shell=sh disable=SC2154 # the names come from settings.sh, $answer and $complaint from common.sh
# The bucket. Of one that was there before, rules and policies of others are kept.

bucket_up() {
  bucket_is_new=no
  if bucket_exists; then refuse_shared; else create_bucket; fi
  close_to_public
  encrypt_bucket
  end_versioning
  set_lifecycle
  set_bucket_policy
}

# 1 when there is none. One that is somebody else's, or in another region, ends the script.
bucket_exists() {
  if ! call s3api head-bucket --bucket "$BUCKET"; then
    case $complaint in
      *"(404)"*) return 1 ;;
      *"(403)"*) fail 1 "the bucket $BUCKET belongs to somebody else, or this login may not see it. Choose another name for BUCKET, or another login." ;;
      *"(301)"*) fail 1 "the bucket $BUCKET is in another region than $REGION. Set REGION to the bucket's, or choose another name." ;;
      *) give_up s3api head-bucket ;;
    esac
  fi
  # aws follows a bucket into its region; store does not. Other services name no regions of Amazon's.
  [ -z "${AWS_ENDPOINT_URL_S3:-}" ] || return 0
  ask NoSuchBucket s3api get-bucket-location --bucket "$BUCKET" --query LocationConstraint --output text
  [ "${answer:-us-east-1}" = "$REGION" ] ||
    fail 1 "the bucket $BUCKET is in the region $answer, not in $REGION. Set REGION to the bucket's, or choose another name."
}

# Rules and policy are set for the one NAME; a second would take away those of the first.
refuse_shared() {
  bucket_tag
  case $answer in '' | "$NAME") return 0 ;; esac
  fail 1 "the bucket $BUCKET belongs to the set-up named $answer, not to $NAME. Give each its own bucket."
}

# $answer is the NAME of the set-up that made the bucket, or empty.
bucket_tag() {
  ask NoSuchTagSet s3api get-bucket-tagging --bucket "$BUCKET" --output text \
    --query "TagSet[?Key=='facepipe'].Value | [0]" || true
}

create_bucket() {
  bucket_is_new=yes
  set -- s3api create-bucket --bucket "$BUCKET"
  # us-east-1 is the default, and is refused as a LocationConstraint.
  [ "$REGION" = us-east-1 ] || set -- "$@" --create-bucket-configuration "LocationConstraint=$REGION"
  change "create the bucket $BUCKET" "$@" --output json
  # Only a bucket with this tag is one that down.sh may delete.
  change "tag the bucket" s3api put-bucket-tagging --bucket "$BUCKET" --tagging "TagSet=[{Key=facepipe,Value=$NAME}]"
}

# look MISSING ARGUMENT...: as ask; but a new bucket, which in a dry run is not there, is set up without a look.
look() {
  if [ "$bucket_is_new" = yes ]; then
    answer=
    return 1
  fi
  ask "$@"
}

# ACLs stay off for good; a bucket policy may make objects public only where that is wanted.
close_to_public() {
  [ "$ACCESS_BLOCK" = yes ] || return 0
  block=true
  [ "$PUBLIC" = no ] || block=false
  look NoSuchPublicAccessBlockConfiguration s3api get-public-access-block --bucket "$BUCKET" --output text \
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
  look ServerSideEncryptionConfigurationNotFoundError s3api get-bucket-encryption --bucket "$BUCKET" \
    --query ServerSideEncryptionConfiguration.Rules --output json || true
  case $ENCRYPTION in
    # Amazon adds fields to this document now and then; with AES256 the algorithm is all that matters.
    AES256) case $answer in *'"AES256"'*) return 0 ;; esac ;;
    *) case $answer in *"\"$ENCRYPTION\""*) return 0 ;; esac ;;
  esac
  change "encrypt what comes with $ENCRYPTION" s3api put-bucket-encryption --bucket "$BUCKET" \
    --server-side-encryption-configuration "{\"Rules\":$(encryption_rules)}"
}

# facepipe never replaces an object, and a deleted face must be gone.
end_versioning() {
  look NoSuchBucket s3api get-bucket-versioning --bucket "$BUCKET" --query Status --output text || true
  [ "$answer" = Enabled ] || return 0
  change "suspend versioning" s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Suspended
}

set_lifecycle() {
  rules=$(lifecycle_rules)
  look NoSuchLifecycleConfiguration s3api get-bucket-lifecycle-configuration --bucket "$BUCKET" --output json \
    --query "Rules[?starts_with(ID, 'facepipe-')]" || true
  ! same_json "$answer" "$rules" || return 0
  look NoSuchLifecycleConfiguration s3api get-bucket-lifecycle-configuration --bucket "$BUCKET" --output json \
    --query "Rules[?!starts_with(ID, 'facepipe-')]" || answer='[]'
  # A put replaces all rules, so those of others go with it.
  others=$(printf '%s' "$answer" | tr '\n' ' ' | sed 's/^ *\[ *//; s/ *\] *$//')
  keep="after $EXPIRE_DAYS days"
  [ "$EXPIRE_DAYS" != 0 ] || keep=never
  change "delete faces $keep, and unfinished uploads after a day" \
    s3api put-bucket-lifecycle-configuration --bucket "$BUCKET" \
    --lifecycle-configuration "{\"Rules\":[$others${others:+,}$rules]}"
}

set_bucket_policy() {
  wanted=$(bucket_policy)
  look NoSuchBucketPolicy s3api get-bucket-policy --bucket "$BUCKET" --query Policy --output text || true
  ! same_json "$answer" "$wanted" || return 0
  all=$(json_words "$answer" | grep -c '^"Effect"$' || true)
  ours=$(json_words "$answer" | grep -c '^"Facepipe' || true)
  [ "$all" = "$ours" ] || fail 1 "the bucket $BUCKET has a policy with statements that are not facepipe's, which must not get lost. Add these by hand, then run this again: $wanted"
  if [ -z "$wanted" ]; then
    change "take the bucket's policy away" s3api delete-bucket-policy --bucket "$BUCKET"
  else
    change "set the bucket's policy (TLS only: $TLS_ONLY, public: $PUBLIC)" \
      s3api put-bucket-policy --bucket "$BUCKET" --policy "$wanted"
  fi
}

bucket_down() {
  if ! bucket_exists; then return 0; fi
  bucket_tag
  [ "$answer" = "$NAME" ] || fail 1 "the bucket $BUCKET was not made by up.sh (it has no tag facepipe=$NAME), so it is not deleted. Delete it by hand if you are sure."
  change "delete all that is in the bucket $BUCKET" s3 rm "s3://$BUCKET" --recursive --only-show-errors
  change "delete the bucket $BUCKET" s3api delete-bucket --bucket "$BUCKET"
}

import { flag, option } from "../../settings/option.ts";
import { checkNoLogin } from "../../settings/url-login.ts";

/** The template of object keys, unless --object-key is set. */
export const defaultKey = "{camera}/{yyyy}/{mm}/{dd}/{HH}{MM}{SS}.{ms}-{id}.{ext}";

/** How objects are stored. */
export const objectOptions = {
  createBucket: flag("create the bucket if it does not exist"),
  public: flag("make the objects readable by anyone, and log the URL of each"),
  endpoint: option("URL", "S3 endpoint, for Ceph, MinIO, IBM COS ...", readEndpoint, {
    fallbackNote: "AWS_ENDPOINT_URL_S3, else AWS",
  }),
  pathStyle: flag("address buckets as ENDPOINT/BUCKET"),
};

function readEndpoint(text: string): string {
  checkNoLogin(text);
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ""))
    throw new Error("must be a URL such as https://s3.example");
  return text.trim();
}

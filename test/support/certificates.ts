import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const openssl = (directory: string, args: readonly string[]) =>
  promisify(execFile)("openssl", args, { cwd: directory });

/** PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/**
 * Makes an authority, a server certificate for `names` (as in subjectAltName: `DNS:localhost`, `IP:127.0.0.1`)
 * and a client certificate whose common name is `clientName`, valid for two days, in `directory`.
 */
export async function makeCertificates(
  directory: string,
  names: readonly string[],
  clientName: string,
): Promise<Certificates> {
  await openssl(directory, [
    ...newKey("ca"),
    "-x509",
    "-days",
    "2",
    "-out",
    "ca.crt",
    "-subj",
    "/CN=test CA",
  ]);
  await sign(directory, "server", "/CN=test broker", `subjectAltName=${names.join(",")}`);
  await sign(directory, "client", `/CN=${clientName}`, "extendedKeyUsage=clientAuth");
  const file = (name: string) => join(directory, name);
  return {
    ca: file("ca.crt"),
    server: { cert: file("server.crt"), key: file("server.key") },
    client: { cert: file("client.crt"), key: file("client.key") },
  };
}

/** An EC key is made in milliseconds where RSA takes a second. */
function newKey(name: string): string[] {
  return ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
}

async function sign(directory: string, name: string, subject: string, extension: string): Promise<void> {
  await writeFile(join(directory, `${name}.ext`), `${extension}\n`);
  await openssl(directory, [...newKey(name), "-out", `${name}.csr`, "-subj", subject]);
  const authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
  const request = ["x509", "-req", "-in", `${name}.csr`, "-out", `${name}.crt`, "-days", "2"];
  await openssl(directory, [...request, ...authority, "-extfile", `${name}.ext`]);
}

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import bcrypt from "bcryptjs";
import { newEpoch } from "../../../src/face/face-id.ts";
import type { CameraList, FacePage } from "../../../src/roles/gallery/api.d.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { facesOf, start, writeTo } from "../audit/store.ts";
import { startGallery } from "./gallery.ts";

/** fetch() sets the header Host itself. */
async function request(url: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => resolve(response.resume())).on("error", reject);
  });
}

async function facesAt(url: string, query: Readonly<Record<string, string>> = {}): Promise<FacePage> {
  return (await fetch(`${url}/api/faces?${new URLSearchParams(query)}`)).json() as Promise<FacePage>;
}

async function allKeys(url: string, query: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const keys: string[] = [];
  for (let before: string | undefined = ""; before !== undefined; ) {
    const page: FacePage = await facesAt(url, { ...query, ...(before === "" ? {} : { before }) });
    keys.push(...page.faces.map(({ key }) => key));
    before = page.next;
  }
  return keys;
}

/** Newest first: the order of names within a day, of days, and of times of different cameras. */
function newestFirst(keys: Iterable<string>): string[] {
  const name = (key: string) => key.split("/").slice(-4).join("/").slice(0, "2026/11/21/140000.000".length);
  return [...keys].sort((a, b) => (name(a) === name(b) ? (a < b ? 1 : -1) : name(a) < name(b) ? 1 : -1));
}

test("pages have every face once, newest first, of all cameras, sites and days", async (t) => {
  const folder = emptyFolder(t);
  const site = ([key, body]: [string, Buffer]): [string, Buffer] => [`site-a/${key}`, body];
  const day = 86_400_000;
  const stores = [
    facesOf(
      newEpoch(),
      Array.from({ length: 130 }, (_, index) => index + 1),
      { camera: "door" },
    ),
    facesOf(newEpoch(), [1, 2, 3], { camera: "door", start: start - day }),
    facesOf(newEpoch(), [1, 2, 3], { camera: "yard", start: start + 500 }),
    new Map([...facesOf(newEpoch(), [1, 2], { camera: "door", start: start - 500 * day })].map(site)),
  ];
  writeTo(folder, ...stores);
  writeTo(folder, new Map([["foreign/door/0123456789abcdef0123456789abcdef.png", Buffer.from("x")]]));
  const { url } = await startGallery(t, folder);
  const all = stores.flatMap((store) => [...store.keys()]);
  assert.deepEqual(await allKeys(url, { most: "7" }), newestFirst(all));
  assert.deepEqual(await allKeys(url, { camera: "site-a/door" }), newestFirst(stores[3]?.keys() ?? []));
  const before = String(start - day + 1500);
  const older = [...(stores[1]?.keys() ?? [])].slice(0, 2).concat(...(stores[3]?.keys() ?? []));
  assert.deepEqual(await allKeys(url, { before }), newestFirst(older));
  const { cameras } = (await (await fetch(`${url}/api/cameras`)).json()) as CameraList;
  assert.deepEqual(cameras, ["door", "site-a/door", "yard"]);
});

test("a page on another name than this machine's is refused, and everything but faces", async (t) => {
  const folder = emptyFolder(t);
  const faces = facesOf(newEpoch(), [1]);
  const [key = ""] = faces.keys();
  writeTo(folder, faces, new Map([["rejected/x.bin", Buffer.from("<script>")]]));
  mkdirSync(join(folder, ".hidden", "cam0", "2026", "11", "21"), { recursive: true });
  writeFileSync(join(folder, ".hidden", key), faces.get(key) ?? "");
  const { url } = await startGallery(t, folder);
  const { port } = new URL(url);
  const hosts = [
    "evil.example",
    `evil.example:${port}`,
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
  ];
  for (const Host of hosts)
    assert.ok([400, 403].includes((await request(url, { Host })).statusCode ?? 0), Host);
  for (const Host of [`localhost:${port}`, "127.0.0.1", "[::1]:8080", "LOCALHOST"])
    assert.equal((await request(url, { Host })).statusCode, 200, Host);

  const picture = await fetch(`${url}/picture?${new URLSearchParams({ key })}`);
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), faces.get(key));
  assert.equal(picture.headers.get("content-type"), "image/png");
  const others = [
    "rejected/x.bin",
    `.hidden/${key}`,
    `x/../${key}`,
    `../${folder.split("/").at(-1)}/${key}`,
    `/${key}`,
    "",
  ];
  for (const other of others) {
    const refused = await fetch(`${url}/picture?${new URLSearchParams({ key: other })}`);
    assert.equal(refused.status, 404, other);
  }
  assert.equal((await fetch(url, { method: "POST" })).status, 405);
  assert.equal((await fetch(`${url}/api/faces?before=yesterday`)).status, 400);
  const policy = (await fetch(url)).headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; script-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
});

test("the files of the page weigh less than 150 kB compressed, and name no other server", async (t) => {
  const { url } = await startGallery(t, emptyFolder(t));
  const seen = new Map<string, number>();
  const queue = ["/"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    const body = await (await fetch(url + path)).text();
    const zipped = await request(url + path, { "accept-encoding": "gzip" });
    assert.equal(zipped.headers["content-encoding"], "gzip");
    seen.set(path, body.length);
    if (!path.endsWith(".svg")) assert.doesNotMatch(body, /https?:\/\/|["']\/\//, path);
    for (const [, found = ""] of body.matchAll(/(?:src|href|from)[= ]"\.?(\/[\w.-]+)"/g)) queue.push(found);
  }
  assert.ok(seen.size >= 7, [...seen.keys()].join());
  const total = [...seen.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(total < 150_000, `${total} bytes, not even compressed`);
});

/** A user file as `htpasswd -B` makes it. */
async function usersFile(t: TestContext, password: string): Promise<string> {
  const file = join(emptyFolder(t), "users");
  writeFileSync(file, `# who may see it\nanna:${(await bcrypt.hash(password, 5)).replace("$2b$", "$2y$")}\n`);
  return file;
}

test("with --auth-file nothing is shown without a login", async (t) => {
  const password = "Pa:ss wörd";
  const { url } = await startGallery(t, emptyFolder(t), ["--auth-file", await usersFile(t, password)]);
  const status = async (login: string) =>
    (
      await fetch(`${url}/api/cameras`, {
        headers: { authorization: `Basic ${Buffer.from(login).toString("base64")}` },
      })
    ).status;
  for (const path of ["/", "/main.js", "/api/faces", "/api/live", "/picture?key=x"]) {
    const { status, headers } = await fetch(url + path);
    assert.equal(status, 401, path);
    assert.match(headers.get("www-authenticate") ?? "", /^Basic /);
  }
  assert.equal(await status(`anna:${password}`), 200);
  assert.equal(await status(`anna:${password}`), 200);
  assert.equal(await status("anna:wrong"), 401);
  assert.equal(await status(`otto:${password}`), 401);
  assert.equal(await status("anna:"), 401);
});

test("beyond this machine it needs --auth-file, whose lines must be bcrypt's; a key template must have days", async (t) => {
  const folder = emptyFolder(t);
  const weak = join(folder, "weak");
  writeFileSync(weak, "anna:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
  const cases: [string[], RegExp][] = [
    [["--listen", "0.0.0.0:0"], /--listen 0\.0\.0\.0:0 is open to other machines: it needs --auth-file/],
    [["--listen", "[::]:0"], /needs --auth-file/],
    [["--auth-file", weak], /line 1 must be USER:HASH with a bcrypt hash: htpasswd -B/],
    [["--object-key", "{camera}/{id}.{ext}"], /must be \{camera\}\/\{yyyy\}\/\{mm\}\/\{dd\}\//],
  ];
  for (const [args, fault] of cases) {
    const { code, stderr } = await facepipe(t, ["gallery", "--from", folder, ...args]);
    assert.equal(code, 3, args.join(" "));
    assert.match(stderr, fault);
  }
});

test("a port in use, and a folder that is not there", async (t) => {
  const folder = emptyFolder(t);
  const { url } = await startGallery(t, folder);
  const taken = await facepipe(t, ["gallery", "--from", folder, "--listen", new URL(url).port]);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /cannot serve the page on 127\.0\.0\.1:\d+: .*Set another --listen/);
  const absent = await facepipe(t, ["gallery", "--from", join(folder, "absent"), "--listen", "0"]);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /does not exist/);
});

test("server-sent events: the state first, and a face that is stored while the page is open", async (t) => {
  const folder = emptyFolder(t);
  writeTo(folder, facesOf(newEpoch(), [1]));
  const { url, program } = await startGallery(t, folder);
  const events = await fetch(`${url}/api/live`);
  const reader = (events.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader.read()).value ?? assert.fail("the events have ended");
  let received = await next();
  assert.match(received, /event: state\ndata: \{"broker":"none"/);
  writeTo(folder, facesOf(newEpoch(), [1], { camera: "yard" }));
  while (!received.includes('"folder":"yard"')) received += await next();
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

import { crc32 } from "node:zlib";
import { decodeMessage } from "../../src/face/message.ts";

/** Decodes the payload that its argument names, and prints by how much the process grew and what it was decoded to. */
const size = 16_000_000;
const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const header = chunk("IHDR", Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

const png = (...chunks: Buffer[]) =>
  Buffer.concat([signature, header, ...chunks, chunk("IEND", Buffer.alloc(0))]);
const filled = (each: Buffer) => Buffer.alloc(Math.floor(size / each.length) * each.length, each);
const facts = (text: Buffer) => chunk("iTXt", Buffer.concat([Buffer.from("facepipe\0\0\0\0\0"), text]));

const payloads: Readonly<Record<string, () => Buffer>> = {
  "deep JSON": () => png(facts(Buffer.alloc(size, "["))),
  "deep JSON of the longest text": () => png(facts(Buffer.alloc(65_535, "["))),
  "many keys": () => png(facts(Buffer.alloc(size, '"a":1,'))),
  "many texts": () => png(filled(facts(Buffer.alloc(60_000, "[")))),
  "many small texts": () => png(filled(facts(Buffer.alloc(0)))),
  "empty chunks": () => png(filled(chunk("iTXt", Buffer.alloc(0)))),
  "a long keyword": () => png(chunk("iTXt", Buffer.alloc(size, "f"))),
  "long language tags": () => png(filled(chunk("iTXt", Buffer.from(`facepipe\0\0\0${"x".repeat(1000)}`)))),
  "empty JPEG comments": () =>
    Buffer.concat([Buffer.from("ffd8", "hex"), filled(Buffer.from("fffe0002", "hex"))]),
  "JPEG comments": () =>
    Buffer.concat([
      Buffer.from("ffd8", "hex"),
      filled(
        Buffer.concat([Buffer.from("fffeffff", "hex"), Buffer.from("facepipe\0"), Buffer.alloc(65_524, "[")]),
      ),
    ]),
  "fill bytes": () => Buffer.concat([Buffer.from("ffd8", "hex"), Buffer.alloc(size, 0xff)]),
  zeros: () => Buffer.alloc(size),
};

const payload = payloads[process.argv[2] ?? ""]?.();
if (payload === undefined) console.log(JSON.stringify(Object.keys(payloads)));
else {
  decodeMessage(Buffer.from("warm up"));
  const before = process.resourceUsage();
  const { kind } = decodeMessage(payload);
  const after = process.resourceUsage();
  const seconds = (after.userCPUTime - before.userCPUTime) / 1e6;
  console.log(JSON.stringify({ kind, megabytes: (after.maxRSS - before.maxRSS) / 1000, seconds }));
}

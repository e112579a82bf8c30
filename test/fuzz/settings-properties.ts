import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../src/base/errors.ts";
import { createRedactor, redact } from "../../src/base/redact.ts";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { withCommon } from "../../src/settings/common-options.ts";
import type { Environment } from "../../src/settings/environment.ts";
import { flagOf, variableOf } from "../../src/settings/names.ts";
import { secretsOf } from "../../src/settings/read-settings.ts";
import { cameraName } from "../../src/vision/camera-name.ts";
import { head, showsPassword, tail } from "../support/odd-passwords.ts";
import { property } from "./property.ts";
import { anyText, wellFormed } from "./values.ts";

const roles = await loadRoles();
const keys = [...new Set(roles.flatMap(({ options }) => Object.keys(withCommon(options))))];

const value = fc.oneof(
  anyText,
  fc.webUrl(),
  fc.constantFrom(
    ...[
      "mqtt://h",
      "mqtts://u:p@h:1",
      "ws://h/x",
      "rtsp://u:p@cam/x",
      "file:///d",
      "file:///%2F",
      "file://h/x",
      "s3://bucket/x",
      "./x",
    ],
    ...[
      "true",
      "0",
      "1",
      "8080",
      "auto",
      "json",
      "synthetic:faces=2",
      "{camera}/{id}",
      "0,0 1,0 1,1",
      "every:5",
      "500MB",
      "all",
    ],
    ...["/dev/null", "/", ".", "2026-11-01", "2026-11-01T00:00:00Z", "01a1fd5d-00ba-76f7-9960-e9786d6fe7e9"],
  ),
);
const word = fc.oneof(
  fc.constantFrom(...keys).map(flagOf),
  value,
  fc.tuple(fc.constantFrom(...keys).map(flagOf), value).map((parts) => parts.join("=")),
);
/** Of one role, so that its values are read, or any words. */
const commandLine = fc.oneof(
  fc
    .tuple(
      fc.oneof(fc.constantFrom(...roles.map(({ name }) => name)), anyText),
      fc.array(word, { maxLength: 8 }),
    )
    .map(([name, words]) => [name, ...words]),
  fc.constantFrom(...roles).chain(({ name, options }) =>
    fc
      .array(fc.tuple(fc.constantFrom(...Object.keys(withCommon(options))).map(flagOf), value), {
        maxLength: 6,
      })
      .map((pairs) => [name, ...pairs.flat()]),
  ),
);
const environment: fc.Arbitrary<Environment> = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...keys).map(variableOf),
    fc.string().map((text) => `FACEPIPE_${text}`),
  ),
  value,
  { maxKeys: 2 },
);

/** The error of a command line; undefined when it is accepted. A fault of ours that is caught as one of the value's is found by its words. */
function refusal(args: readonly string[], environment: Environment = {}): UserError | undefined {
  try {
    const { role, settings } = readCommandLine(roles, args, environment);
    if (settings !== "help") redact(JSON.stringify(args), secretsOf(role.options, settings));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof UserError && error.code === "USAGE", String((error as Error).stack));
    assert.doesNotMatch(
      error.sentence.replaceAll(/"(?:.|\n)*?": /g, ""),
      /is not a function|Cannot read prop|is not iterable|Invalid regular|Maximum call/,
    );
    return error;
  }
}

/** What is shown of the settings of a command line: where its URLs point. */
function namesOf(args: readonly string[]): string {
  const { settings } = readCommandLine(roles, args, {});
  if (settings === "help") return "";
  const { camera = [], ...rest } = settings as { camera?: readonly string[] } & Record<
    string,
    { href?: string } | undefined
  >;
  return [...camera.map(cameraName), rest["broker"]?.href, rest["from"]?.href, rest["to"]?.href].join(" ");
}

const oddText = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ maxLength: 4, unit: "grapheme" }),
  fc.string({ maxLength: 5, unit: fc.constantFrom(..."#/?@: \\%[]{}\"'`\n\t&=+;,<>|^0a") }),
);
const password = fc
  .tuple(fc.constantFrom(head, "20", "20:", ""), oddText, fc.constantFrom("", head))
  .map(([start, odd, end]) => `${start}${odd}${end}${tail}`);
const withLogin: readonly ((login: string) => string[])[] = [
  (login) => ["detect", "--camera", `rtsp://${login}@cam.local/x`, "--broker", `mqtt://${login}@h`],
  (login) => ["detect", "--camera", `http://${login}@cam:8080/x?y=1`, "--model-url", `https://${login}@h/x`],
  (login) => ["forward", "--from", `mqtts://${login}@h`, "--to", `wss://${login}@h:9/mqtt`],
  (login) => ["store", "--to", `s3://${login}@bucket`, "--endpoint", `http://${login}@s3`],
  (login) => ["up", "--camera", `rtsp://${login}@cam`],
  (login) => ["log", `--broker=mqtt:${login}@h`, "--qos", `mqtt://${login}@h`],
  (login) => [`mqtt://${login}@h`],
];

export const settingsProperties = [
  property(
    "options: any command line is accepted or a usage fault",
    fc.tuple(commandLine, environment),
    ([args, variables]) => {
      refusal(args, variables);
    },
  ),
  property(
    "secrets: no fault shows a password in a URL",
    fc.tuple(password, fc.constantFrom(...withLogin)),
    ([password, make]) => {
      const args = make(`user:${password}`);
      const error = refusal(args);
      if (!error) assert.ok(!showsPassword(namesOf(args)), namesOf(args));
      if (error) assert.ok(!showsPassword(error.sentence), error.sentence);
    },
  ),
  property(
    "secrets: an encoded password in a URL is accepted, and hidden in each spelling",
    password,
    (password) => {
      const text = wellFormed(password);
      const encoded = encodeURIComponent(text);
      const args = [
        "detect",
        "--camera",
        `rtsp://u:${encoded}@cam/x`,
        "--broker",
        `mqtt://u:${encoded}@h`,
        "--password",
        text,
      ];
      const { role, settings } = readCommandLine(roles, text.startsWith("--") ? args.slice(0, -2) : args, {});
      assert.ok(settings !== "help");
      assert.equal((settings["broker"] as { password?: string }).password, text);
      const { text: redacted, line } = createRedactor(secretsOf(role.options, settings));
      for (const shown of [text, encoded, args.join(" "), JSON.stringify({ text })])
        assert.ok(!showsPassword(redacted(shown)), redacted(shown));
      const record = line(
        JSON.stringify({ level: "info", msg: `x ${text}`, url: `rtsp://u:${encoded}@cam`, more: [{ text }] }),
      );
      assert.ok(!showsPassword(record), record);
      assert.deepEqual(Object.keys(JSON.parse(record)), ["level", "msg", "url", "more"]);
    },
  ),
  property(
    "secrets: the login of a URL is redacted in any text",
    fc.tuple(anyText, fc.string({ maxLength: 8 }), anyText),
    ([before, odd, after]) => {
      const login = `${head}:${odd.replaceAll(/\s/g, "")}${tail}`;
      const shown = redact(`${before} rtsp://${login}@cam/x ${after}`);
      assert.ok(!showsPassword(shown), shown);
    },
  ),
  property(
    "secrets: a redacted JSON line is JSON, with the same names",
    fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(anyText, { maxLength: 3 })),
    ([record, secrets]) => {
      const line = JSON.stringify({ ...record, msg: "rtsp://u:p@h" });
      const shown = JSON.parse(createRedactor(secrets).line(line));
      assert.deepEqual(Object.keys(shown), Object.keys(JSON.parse(line)));
    },
  ),
];

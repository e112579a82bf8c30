/** `npm run docs:options`: docs/facepipe.schema.json, by which editors complete and check a configuration file. */
import { loadRoles } from "../src/roles/role-table.ts";
import { entryOptions } from "../src/settings/cameras.ts";
import { withCommon } from "../src/settings/common-options.ts";
import { fileKeyOf } from "../src/settings/names.ts";
import type { Option, Options, ValueSchema } from "../src/settings/option.ts";

const roles = await loadRoles();

/** The schema as text. Draft 7 is what editors support best. */
export function configSchema(): string {
  const cameraOptions = roles.flatMap((role) => (role.cameraOptions ? [role.cameraOptions] : []));
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration file of facepipe",
    description: "Keys at the top hold for every role that knows them; a section holds for its role alone.",
    type: ["object", "null"],
    properties: {
      ...merged(roles.map(({ options }) => propertiesOf(withCommon(options)))),
      cameras: camerasSchema(merged(cameraOptions.map((options) => propertiesOf(entryOptions(options))))),
      ...Object.fromEntries(
        roles.map(({ name, summary, options, cameraOptions: own }) => {
          const properties = propertiesOf(withCommon(options));
          const cameras = own ? { cameras: camerasSchema(propertiesOf(entryOptions(own))) } : {};
          const section = { type: ["object", "null"], properties: { ...properties, ...cameras } };
          return [name, { description: summary, ...section, additionalProperties: false }];
        }),
      ),
    },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function camerasSchema(properties: Readonly<Record<string, ValueSchema>>): ValueSchema {
  const entry = { type: "object", properties, required: ["camera"], additionalProperties: false };
  return { description: "cameras, each with settings of its own", type: ["array", "null"], items: entry };
}

function propertiesOf(options: Options): Record<string, ValueSchema> {
  const inFile = Object.entries(options).filter(([, option]) => !option.notInFile);
  return Object.fromEntries(inFile.map(([key, option]) => [fileKeyOf(key), optionSchema(option)]));
}

function optionSchema(option: Option<unknown>): ValueSchema {
  const { summary, fallback, fallbackNote, many } = option;
  const standard = fallbackNote ?? fallback;
  const description = standard === undefined ? summary : `${summary} (default: ${standard})`;
  const value = valueSchema(option);
  if (!many) return { description, ...value };
  return { description, anyOf: [value, { type: "array", items: value }] };
}

const number = "^\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*$";

/** YAML reads `0`, `8080` and `yes` as a number or a switch where we read a text. A number may be quoted. */
function valueSchema({ schema = {} }: Option<unknown>): ValueSchema {
  if (schema["type"] === "boolean") return { enum: [true, false, "yes", "no", "on", "off", 0, 1] };
  const { type } = schema;
  if (type === "number" || type === "integer") return { ...schema, type: [type, "string"], pattern: number };
  return "type" in schema || "enum" in schema ? schema : { type: ["string", "number", "boolean"], ...schema };
}

/** Where roles mean different things by one key, each meaning is allowed at the top. */
function merged(all: readonly Readonly<Record<string, ValueSchema>>[]): Record<string, ValueSchema> {
  const keys = new Set(all.flatMap((properties) => Object.keys(properties)));
  return Object.fromEntries(Array.from(keys, (key) => [key, anyOf(all.map((each) => each[key]))]));
}

function anyOf(schemas: readonly (ValueSchema | undefined)[]): ValueSchema {
  const known = schemas.filter((schema) => schema !== undefined);
  const texts = new Map(known.map((schema) => [JSON.stringify({ ...schema, description: "" }), schema]));
  const [only, ...more] = texts.values();
  return only && more.length === 0 ? only : { anyOf: [...texts.values()] };
}

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Any } from "./cloud/call.ts";
import { folder } from "./scripts.ts";

/** YAML tags for the short forms of CloudFormation's functions, converted to the long forms. */
const tags = ["Ref", "Condition", "GetAtt", "Sub", "If", "Equals", "Not", "Or", "Join"].flatMap((name) => {
  const long = name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
  const wrap = (value: Any) => ({ [long]: name === "GetAtt" ? value.split(".") : value });
  return [
    { tag: `!${name}`, resolve: (text: string) => wrap(text) },
    { tag: `!${name}`, collection: "seq" as const, resolve: (items: Any) => wrap(items.toJSON()) },
  ];
});

export function readTemplate(): Any {
  return parse(readFileSync(`${folder}/cloudformation.yaml`, "utf8"), { customTags: tags });
}

/** The placeholder for a resource's attribute in a resolved document: `<Bucket.Arn>`. */
const attribute = (path: string) => `<${path}>`;

/** Resolves the template's parameters, conditions and functions as CloudFormation does; throws at a dangling reference. */
export class Resolver {
  readonly #template: Any;
  readonly #values: Readonly<Record<string, unknown>>;

  /** `values`: parameters that differ from their defaults, pseudo parameters, and values of `<Resource.Attribute>`. */
  constructor(template: Any, values: Readonly<Record<string, unknown>>) {
    this.#template = template;
    const defaults = Object.entries<Any>(template.Parameters).map(([name, { Default }]) => [name, Default]);
    this.#values = { "AWS::StackName": "pipeline", ...Object.fromEntries(defaults), ...values };
  }

  resolve(node: Any): Any {
    if (Array.isArray(node))
      return node.map((each) => this.resolve(each)).filter((each) => each !== undefined);
    if (node === null || typeof node !== "object") return node;
    const [[name, value] = ["", undefined], ...more] = Object.entries<Any>(node);
    if (more.length === 0) {
      const known = this.#functions[name];
      if (known) return known(value);
    }
    const entries = Object.entries(node).map(([key, each]) => [key, this.resolve(each)]);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  }

  #condition(name: string): boolean {
    const found = this.#template.Conditions[name];
    if (found === undefined) throw new Error(`there is no condition ${name}`);
    return this.resolve(found);
  }

  #value(name: string): unknown {
    if (name === "AWS::NoValue") return undefined;
    const value = this.#values[name];
    if (value !== undefined) return value;
    if (this.#template.Resources[name]) return attribute(name);
    throw new Error(`there is no parameter or resource ${name}`);
  }

  #attribute([resource = "", ...path]: readonly string[]): unknown {
    if (!this.#template.Resources[resource]) throw new Error(`there is no resource ${resource}`);
    const name = attribute([resource, ...path].join("."));
    return this.#values[name] ?? name;
  }

  #sub(value: string | [string, Record<string, Any>]): string {
    const [text, own] = typeof value === "string" ? [value, {}] : value;
    return text.replace(/\$\{([^!}]+)\}/g, (_all, name: string) => {
      if (name in own) return this.resolve((own as Any)[name]);
      return String(name.includes(".") ? this.#attribute(name.split(".")) : this.#value(name));
    });
  }

  readonly #functions: Readonly<Record<string, (value: Any) => Any>> = {
    Ref: (name) => this.#value(name),
    Condition: (name) =>
      typeof name === "string" ? this.#condition(name) : { Condition: this.resolve(name) },
    "Fn::GetAtt": (path) => this.#attribute(path),
    "Fn::Sub": (value) => this.#sub(value),
    "Fn::If": ([name, yes, no]) => this.resolve(this.#condition(name) ? yes : no),
    "Fn::Equals": ([one, other]) => String(this.resolve(one)) === String(this.resolve(other)),
    "Fn::Not": ([one]) => !this.resolve(one),
    "Fn::Or": (all) => this.resolve(all).some(Boolean),
    "Fn::Join": ([between, parts]) => this.resolve(parts).join(between),
    "Fn::Base64": (value) => this.resolve(value),
  };
}

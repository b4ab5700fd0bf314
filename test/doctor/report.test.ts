// The screen and the JSON document of recorded machines: golden text, width, schema, topics.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { assemble } from "../../bench/doctor/assemble.js";
import type { DoctorDocument } from "../../bench/doctor/document.js";
import { explain } from "../../bench/doctor/explain.js";
import { renderText } from "../../bench/doctor/text.js";
import { TOPICS } from "../../bench/doctor/topics.js";
import { UsageError } from "../../bench/exit.js";
import { packageRoot } from "../../bench/host.js";
import { findingsOf, MACHINES } from "./machines/index.js";

const GOLDEN = join(packageRoot(), "test", "doctor", "golden");
/** UPDATE_GOLDEN=1 rewrites the files; the diff is the review. */
const IS_UPDATE = process.env["UPDATE_GOLDEN"] === "1";
const NAMES = Object.keys(MACHINES);

function documentOf(name: string): DoctorDocument {
  const findings = findingsOf(MACHINES[name]!, { method: "O_DIRECT" });
  const exit = { code: 0, reason: "ok" };
  return assemble(findings, { version: "0.0.0", node: "20.20.2", exit });
}

describe("doctor report", () => {
  test.each([
    "nvme",
    "sata",
    "virtio",
    "loopOnBtrfs",
    "dockerDesktop",
    "zfs",
    "macos",
    "forbidden",
  ])("%s → the recorded text", (name) => {
    const file = join(GOLDEN, `${kebab(name)}.txt`);

    const text = renderText(documentOf(name), { color: false });

    if (IS_UPDATE) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  test.each(NAMES)("%s → at most 100 columns, no blank at the end of a line", (name) => {
    const lines = renderText(documentOf(name), { color: false }).split("\n");

    expect(lines.filter((line) => [...line].length > 100 || line.endsWith(" "))).toEqual([]);
  });

  test.each(NAMES)("%s → the same text with color, but for the codes", (name) => {
    const plain = renderText(documentOf(name), { color: false });
    const colored = renderText(documentOf(name), { color: true });

    expect(colored).not.toBe(plain);
    expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(plain);
  });

  test.each(["dockerDesktop", "virtiofs", "wsl", "tmpfs"])("%s → no durability claimed", (name) => {
    const document = documentOf(name);

    expect(document.claims_durability).toBe(false);
    expect(renderText(document, { color: false })).toContain("No durability is claimed");
  });

  test("nothing that could not be read → is shown as a fact", () => {
    const document = documentOf("macos");

    expect(document.device).toBeNull();
    expect(document.file_system.options).toBeNull();
    expect(document.has_volatile_cache).toBeNull();
    expect(renderText(document, { color: false })).toMatch(/Container +unknown/);
  });
});

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

describe("doctor document", () => {
  test.each(NAMES)("%s → accepted by the published schema", (name) => {
    expect(schemaErrors(documentOf(name))).toBeNull();
  });

  test("a missing, an unknown or a wrong key → refused", () => {
    const document = documentOf("nvme");
    const { verdict, ...without } = document;

    expect(schemaErrors(without)).toMatch(/verdict/);
    expect(schemaErrors({ ...document, extra: verdict })).toMatch(/additional/);
    expect(schemaErrors({ ...document, has_volatile_cache: "no" })).toMatch(/boolean/);
  });

  test("the topics of notes in the schema → the topics of --explain", () => {
    const { notes } = (schema as { properties: { notes: NotesSchema } }).properties;

    expect(notes.items.properties.topic.enum).toEqual(Object.keys(TOPICS));
  });
});

describe("doctor --explain", () => {
  test.each(Object.keys(TOPICS))("%s → text within 100 columns that starts with it", (topic) => {
    const text = explain(topic);

    expect(text.startsWith(`${topic}: `)).toBe(true);
    expect(text.split("\n").filter((line) => [...line].length > 100)).toEqual([]);
  });

  test("no topic → the list of all; an unknown one → an error that names the nearest", () => {
    for (const topic of Object.keys(TOPICS)) expect(explain(null)).toContain(`${topic} `);
    expect(() => explain("shared-folder")).toThrow(UsageError);
    expect(() => explain("shared-folder")).toThrow(/did you mean "shared-folders"\?/);
  });

  test("docs/doctor.md → has a row for every topic, with its summary", () => {
    const page = readFileSync(join(packageRoot(), "docs", "doctor.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (.+?) +\|$/gm)].map(([, name, words]) => [
      name,
      words,
    ]);

    expect(rows).toEqual(Object.entries(TOPICS).map(([name, { summary }]) => [name, summary]));
  });
});

interface NotesSchema {
  readonly items: { readonly properties: { readonly topic: { readonly enum: string[] } } };
}

const schema = JSON.parse(
  readFileSync(join(packageRoot(), "bench", "schema", "doctor.schema.json"), "utf8"),
) as object;
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

/** Returns what the published schema has against a document; null when nothing. */
function schemaErrors(document: unknown): string | null {
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return validate(plain) ? null : ajv.errorsText(validate.errors);
}

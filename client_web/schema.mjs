// Writes ../protocols/schema/messages.ts from the JSON Schema files beside it; `--check` only compares.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const folder = new URL("../protocols/schema/", import.meta.url);
const target = new URL("messages.ts", folder);
const names = (await readdir(folder)).filter((name) => name.endsWith(".schema.json")).toSorted();

let text = "";
for (const name of names) {
  const { $defs = {}, $schema, ...root } = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  const title = root.title ?? name.replace(".schema.json", "");
  const all = { ...$defs, [title]: root };
  // Answers and views stand beside the messages, and only what a root leads to is written out: so one leads to all.
  const wire = {
    $schema,
    title: "Wire",
    description: "Whatever is said on the wire, and what it is made of.",
    anyOf: Object.keys(all).toSorted().map((one) => ({ $ref: `#/$defs/${one}` })),
    $defs: all,
  };
  text += await compile(wire, "Wire", {
    additionalProperties: false,
    bannerComment: `/* Generated from ${name} by \`npm run schema\`; do not edit. */`,
    cwd: folder.pathname,
    ignoreMinAndMaxItems: true,
  });
}

if (!process.argv.includes("--check")) {
  await writeFile(target, text);
} else if ((await readFile(target, "utf8").catch(() => "")) !== text) {
  process.stderr.write("protocols/schema/messages.ts is not what the schema says; run `npm run schema`\n");
  process.exit(1);
}

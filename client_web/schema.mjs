// Writes ../protocols/schema/messages.ts from the JSON Schema files beside it; `--check` only compares.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const folder = new URL("../protocols/schema/", import.meta.url);
const target = new URL("messages.ts", folder);
const names = (await readdir(folder)).filter((name) => name.endsWith(".schema.json")).toSorted();

let text = "";
for (const name of names) {
  const schema = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  text += await compile(schema, schema.title ?? name.replace(".schema.json", ""), {
    additionalProperties: false,
    bannerComment: `/* Generated from ${name} by \`npm run schema\`; do not edit. */`,
    cwd: folder.pathname,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
}

if (!process.argv.includes("--check")) {
  await writeFile(target, text);
} else if ((await readFile(target, "utf8").catch(() => "")) !== text) {
  process.stderr.write("protocols/schema/messages.ts is not what the schema says; run `npm run schema`\n");
  process.exit(1);
}

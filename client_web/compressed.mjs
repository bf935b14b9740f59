// Beside each script and style, the same compressed once and for all: the server picks what a browser takes.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

export function compressed() {
  return {
    name: "compressed",
    // Of what was written: until then, others still change it.
    async writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
        const path = join(dir, name);
        const whole = await readFile(path);
        await writeFile(`${path}.br`, brotliCompressSync(whole));
        await writeFile(`${path}.gz`, gzipSync(whole, { level: 9 }));
      }
    },
  };
}

// Unpacks the browser, its graphics and its system libraries: node unpack.cjs TARGET
const { createReadStream, createWriteStream, mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { pipeline } = require("node:stream/promises");
const { createBrotliDecompress } = require("node:zlib");

const packed = join(__dirname, "node_modules", "@sparticuz", "chromium", "bin");
const target = process.argv[2];

async function unpack(name, mode) {
  const source = createReadStream(join(packed, `${name}.br`));
  await pipeline(source, createBrotliDecompress(), createWriteStream(join(target, name), { mode }));
}

async function main() {
  mkdirSync(target, { recursive: true });
  await unpack("chromium", 0o755);
  await unpack("swiftshader.tar", 0o644);
  await unpack("al2023.tar", 0o644);
}

main().catch((error) => {
  console.error(`showfloor: the packed Chromium cannot be read: ${error.message}`);
  process.exit(1);
});

// What a page makes a browser load: its scripts, those that they import, and their styles, compressed.
import { gzipSync } from "node:zlib";

/**
 * @param {string} entry the page's name
 * @param {Record<string, any>} bundle what the build is about to write
 * @returns {string[]} the files that every visitor loads; what is fetched later is not among them
 */
export function loaded(entry, bundle) {
  const files = Object.values(bundle);
  const start = files.find((file) => file.type === "chunk" && file.isEntry && file.name === entry);
  if (!start) throw new Error(`there is no page ${entry}`);
  const wanted = new Set();
  const visit = (file) => {
    if (!file || wanted.has(file.fileName)) return;
    wanted.add(file.fileName);
    for (const name of file.imports ?? []) visit(bundle[name]);
    for (const name of file.viteMetadata?.importedCss ?? []) visit(bundle[name]);
  };
  visit(start);
  return [...wanted];
}

/**
 * @param {string} entry the page's name
 * @param {Record<string, any>} bundle what the build is about to write
 * @returns {number} bytes
 */
export function gzipped(entry, bundle) {
  return loaded(entry, bundle).reduce((sum, name) => sum + gzipSync(bundle[name].code ?? bundle[name].source).length, 0);
}

/**
 * @param {string} module part of the path of its source
 * @param {Record<string, any>} bundle what the build is about to write
 * @returns {string[]} the files that hold code of it
 */
export function holding(module, bundle) {
  const holds = (file) => file.type === "chunk" && Object.keys(file.modules).some((name) => name.includes(module));
  return Object.values(bundle).filter(holds).map((file) => file.fileName);
}

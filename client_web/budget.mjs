// What a page makes a browser load: its scripts, those that they import, and their styles, compressed.
import { gzipSync } from "node:zlib";

/**
 * @param {string} entry a page's name, or another file's that is loaded by itself
 * @param {Record<string, any>} bundle what the build is about to write
 */
export function entryOf(entry, bundle) {
  const found = Object.values(bundle).find((file) => file.type === "chunk" && file.isEntry && file.name === entry);
  if (!found) throw new Error(`there is no page ${entry}`);
  return found;
}

/**
 * @param {string} entry the page's name
 * @param {Record<string, any>} bundle what the build is about to write
 * @param {string} [beside] a source that this page fetches at once, too, such as the words of a language
 * @returns {string[]} the files that such a visitor loads; what is fetched later is not among them
 */
export function loaded(entry, bundle, beside) {
  const wanted = new Set();
  const visit = (file) => {
    if (!file || wanted.has(file.fileName)) return;
    wanted.add(file.fileName);
    for (const name of file.imports ?? []) visit(bundle[name]);
    for (const name of file.viteMetadata?.importedCss ?? []) visit(bundle[name]);
  };
  visit(entryOf(entry, bundle));
  if (beside) for (const name of holding(beside, bundle)) visit(bundle[name]);
  return [...wanted];
}

/**
 * @param {string} entry the page's name
 * @param {Record<string, any>} bundle what the build is about to write
 * @param {string} [beside] as above
 * @returns {number} bytes
 */
export function gzipped(entry, bundle, beside) {
  return loaded(entry, bundle, beside).reduce((sum, name) => sum + gzipSync(bundle[name].code ?? bundle[name].source).length, 0);
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

import { expect, test } from "vitest";
import { failureOf } from "../src/room/failure";

test.each([
  ["Failed to fetch dynamically imported module: http://x/assets/mine.js", "network"],
  ["error loading dynamically imported module: http://x/assets/mine.js", "network"],
  ["Importing a module script failed.", "network"],
  ["undefined is not a function", "internal"],
])("a part of the page that is not to be had is a matter of the network: %s", (message, code) => {
  expect(failureOf(new TypeError(message))).toMatchObject({ code, retry: true });
});

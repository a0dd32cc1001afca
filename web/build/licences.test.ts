import { expect, test } from "vitest";

import { packageFolders } from "./licences";

test("the packages of files that are not scripts are found once each", () => {
  const files = [
    "node_modules/@scope/font/files/latin.woff2",
    "node_modules/@scope/font/files/latin-ext.woff2",
    "node_modules/icons/icon.svg",
    "src/haltere.svg",
  ];
  expect(packageFolders(files)).toEqual(["node_modules/@scope/font", "node_modules/icons"]);
});

import { expect, test } from "vitest";

import type { TreeNode } from "./tree-rows";
import { moveInTree, treeRows } from "./tree-rows";

const node = (id: string, children?: readonly TreeNode[]): TreeNode => ({
  id,
  label: id,
  ...(children && { children }),
});
const NODES = [node("a", [node("a1", [node("a1x")]), node("a2")]), node("b"), node("c", [])];

const OPEN = new Set(["a"]);
const isOpen = (id: string) => OPEN.has(id);
const ROWS = treeRows(NODES, isOpen);

/** What a key does at a node. */
const press = (id: string, key: string) =>
  moveInTree(
    ROWS,
    ROWS.findIndex((row) => row.node.id === id),
    key,
    isOpen,
  );

test("open branches show their children", () => {
  expect(ROWS.map(({ node: { id }, level }) => `${level} ${id}`)).toEqual(["1 a", "2 a1", "2 a2", "1 b", "1 c"]);
  expect(ROWS[2]).toMatchObject({ position: 2, siblings: 2, parent: 0 });
  expect(ROWS[4]).toMatchObject({ position: 3, siblings: 3, parent: undefined });
  expect(treeRows(NODES, () => true)).toHaveLength(6);
  expect(treeRows([], () => true)).toEqual([]);
});

test("keys move the focus, open and close", () => {
  expect(press("a", "ArrowDown")).toEqual({ focus: 1 });
  expect(press("a", "ArrowUp")).toBeUndefined();
  expect(press("a", "ArrowRight")).toEqual({ focus: 1 });
  expect(press("a", "ArrowLeft")).toEqual({ toggle: 0 });
  expect(press("a1", "ArrowRight")).toEqual({ toggle: 1 });
  expect(press("a1", "ArrowLeft")).toEqual({ focus: 0 });
  expect(press("b", "ArrowRight")).toBeUndefined();
  expect(press("b", "ArrowLeft")).toBeUndefined();
  expect(press("c", "ArrowDown")).toBeUndefined();
  expect(press("c", "Home")).toEqual({ focus: 0 });
  expect(press("a", "End")).toEqual({ focus: 4 });
  expect(press("a", "Enter")).toBeUndefined();
  expect(press("gone", "ArrowDown")).toBeUndefined();
});

test("an open branch without children keeps the focus", () => {
  const rows = treeRows([node("c", []), node("d")], () => true);
  expect(moveInTree(rows, 0, "ArrowRight", () => true)).toBeUndefined();
});

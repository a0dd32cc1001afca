export interface TreeNode {
  readonly id: string;
  readonly label: string;
  /** At the end of the line: a count, a value. */
  readonly aside?: string;
  /** Undefined for a leaf; empty for a branch whose children are not loaded yet. */
  readonly children?: readonly TreeNode[];
}

/** A node that is shown, with its position among the others. */
export interface TreeRow {
  readonly node: TreeNode;
  /** From 1. */
  readonly level: number;
  /** Its number among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
  /** The number of the parent's row; undefined at the top. */
  readonly parent: number | undefined;
}

/** The nodes that are shown, from top to bottom: those whose ancestors are all open. */
export function treeRows(nodes: readonly TreeNode[], isOpen: (id: string) => boolean): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (siblings: readonly TreeNode[], level: number, parent: number | undefined) => {
    for (const [index, node] of siblings.entries()) {
      rows.push({ node, level, position: index + 1, siblings: siblings.length, parent });
      if (node.children && isOpen(node.id)) add(node.children, level + 1, rows.length - 1);
    }
  };
  add(nodes, 1, undefined);
  return rows;
}

/** The effect of a key in a tree, as in the tree pattern of ARIA. */
export type TreeMove = { readonly focus: number } | { readonly toggle: number } | undefined;

export function moveInTree(
  rows: readonly TreeRow[],
  index: number,
  key: string,
  isOpen: (id: string) => boolean,
): TreeMove {
  const row = rows[index];
  if (!row) return undefined;
  const { node, parent } = row;
  const isBranch = node.children !== undefined;
  switch (key) {
    case "ArrowDown":
      return index + 1 < rows.length ? { focus: index + 1 } : undefined;
    case "ArrowUp":
      return index > 0 ? { focus: index - 1 } : undefined;
    case "Home":
      return { focus: 0 };
    case "End":
      return { focus: rows.length - 1 };
    case "ArrowRight":
      if (!isBranch) return undefined;
      if (!isOpen(node.id)) return { toggle: index };
      return rows[index + 1]?.parent === index ? { focus: index + 1 } : undefined;
    case "ArrowLeft":
      if (isBranch && isOpen(node.id)) return { toggle: index };
      return parent === undefined ? undefined : { focus: parent };
    default:
      return undefined;
  }
}

import { IconChevronRight } from "@tabler/icons-react";
import type { Range } from "@tanstack/react-virtual";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { KeyboardEvent } from "react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import { visibleText } from "../../util/visible-text";
import { rangeWith } from "../range-with";
import type { TreeNode } from "./tree-rows";
import { moveInTree, treeRows } from "./tree-rows";
import classes from "./Tree.module.css";

/** In pixels. */
const ROW_HEIGHT = 32;

/** Deeper levels are not indented any further: they have to stay in view. */
const MAX_INDENT = 12;

interface Props {
  label: string;
  nodes: readonly TreeNode[];
  open: ReadonlySet<string>;
  onToggle: (id: string) => void;
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/**
 * A tree that renders only the rows in view and is one stop of the Tab key: within it, the keys of ARIA's tree pattern
 * move the focus, open, close and select.
 */
export function Tree({ label, nodes, open, onToggle, selected, onSelect }: Props) {
  const tree = useRef<HTMLDivElement>(null);
  const isOpen = useCallback((id: string) => open.has(id), [open]);
  const rows = useMemo(() => treeRows(nodes, isOpen), [nodes, isOpen]);
  const [active, setActive] = useState<string>();
  const activeRow = Math.max(
    0,
    rows.findIndex(({ node }) => node.id === (active ?? selected)),
  );
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => tree.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    rangeExtractor: useCallback((range: Range) => rangeWith(activeRow, range), [activeRow]),
  });

  const isMoving = useRef(false);
  // The row may not have been rendered before.
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    const row = tree.current?.querySelector<HTMLElement>("[tabindex='0']");
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const row = rows[activeRow];
    if (row && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onSelect(row.node.id);
      return;
    }
    const move = moveInTree(rows, activeRow, event.key, isOpen);
    if (!move) return;
    event.preventDefault();
    if ("toggle" in move) {
      onToggle(rows[move.toggle]?.node.id ?? "");
      return;
    }
    isMoving.current = true;
    setActive(rows[move.focus]?.node.id);
  };

  return (
    <div ref={tree} className={classes.tree} role="tree" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      <div className={classes.rows} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return undefined;
          const { node, level, position, siblings } = row;
          const name = visibleText(node.label);
          const aside = node.aside === undefined ? undefined : visibleText(node.aside);
          return (
            // The tree handles the keys.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={node.id}
              role="treeitem"
              className={classes.item}
              aria-level={level}
              aria-posinset={position}
              aria-setsize={siblings}
              aria-expanded={node.children ? isOpen(node.id) : undefined}
              aria-selected={node.id === selected}
              style={{ "--level": Math.min(level, MAX_INDENT), height: ROW_HEIGHT, top: start } as object}
              tabIndex={index === activeRow ? 0 : -1}
              onFocus={() => setActive(node.id)}
              onClick={() => {
                onSelect(node.id);
                if (node.children) onToggle(node.id);
              }}
            >
              <IconChevronRight
                className={classes.chevron}
                data-leaf={!node.children || undefined}
                size={14}
                aria-hidden
              />
              <span className={classes.label} title={name}>
                {name}
              </span>
              {aside !== undefined && (
                <span className={classes.aside} title={aside}>
                  {aside}
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

import { createLink, useLocation } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, KeyboardEvent, ReactNode } from "react";
import { useEffect, useRef } from "react";

import classes from "./Tabs.module.css";

interface Props {
  /** Names the tabs for screen readers. */
  label: string;
  /** Whether the tabs are a column where the window is wide enough. */
  isColumn?: boolean;
  children: ReactNode;
}

/** Tabs that are pages: links, between which the arrow keys move, too. */
export function Tabs({ label, isColumn = false, children }: Props) {
  const tabs = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    showCurrent(tabs.current);
  }, [path]);
  return (
    // The links are what one operates; the keys only move between them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <nav
      ref={tabs}
      className={classes.tabs}
      data-column={isColumn || undefined}
      aria-label={label}
      onKeyDown={moveFocus}
    >
      {children}
    </nav>
  );
}

/** Scrolls the tab of the current page into the middle: a phone has no room for all. The window stays where it is. */
function showCurrent(tabs: HTMLElement | null) {
  const current = tabs?.querySelector("[aria-current=page]");
  if (!tabs || !current) return;
  const [around, tab] = [tabs.getBoundingClientRect(), current.getBoundingClientRect()];
  tabs.scrollLeft += tab.left + tab.width / 2 - (around.left + around.width / 2);
}

type TabProps = AnchorHTMLAttributes<HTMLAnchorElement>;

/** One of the tabs: a link to its page. */
export const Tab = createLink((props: TabProps) => (
  // The router passes the target and marks the tab of the current page.
  // oxlint-disable-next-line jsx-a11y/anchor-has-content, jsx-a11y/control-has-associated-label
  <a {...props} className={classes.tab} />
));

/** The index of the next tab for each key. */
const MOVES: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowDown: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index + count - 1) % count,
  ArrowUp: (index, count) => (index + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const move = MOVES[event.key];
  const tabs = [...event.currentTarget.querySelectorAll("a")];
  const index = tabs.findIndex((tab) => tab === document.activeElement);
  if (!move || index < 0) return;
  event.preventDefault();
  tabs[move(index, tabs.length)]?.focus();
}

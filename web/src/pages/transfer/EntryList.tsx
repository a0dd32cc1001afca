import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";

import type { ImportReportEntry } from "../../api/schema";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { entryTexts } from "./entry-texts";
import classes from "./EntryList.module.css";
import { OutcomeIcon } from "./OutcomeIcon";

/** The height of an entry with one line of explanation, in pixels. */
const ESTIMATED_HEIGHT = 58;

/** A virtual list: renders only the entries in view. */
export function EntryList({ entries, label }: { entries: readonly ImportReportEntry[]; label: string }) {
  const window = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => window.current,
    estimateSize: () => ESTIMATED_HEIGHT,
    getItemKey: (index) => entries[index]?.position ?? index,
    overscan: 10,
  });
  return (
    // Focusable, so that the keyboard can scroll it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={window} className={classes.window} role="region" aria-label={label} tabIndex={0}>
      <div className={classes.list} role="list" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const entry = entries[index];
          return (
            entry && (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={classes.line}
                role="listitem"
                aria-setsize={entries.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Entry entry={entry} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Entry({ entry }: { entry: ImportReportEntry }) {
  const t = usePageMessages();
  const { position, id, name, outcome } = entry;
  const texts = entryTexts(entry, t, useLanguage());
  return (
    <div className={classes.entry} data-outcome={outcome}>
      <OutcomeIcon outcome={outcome} />
      <p className={classes.name}>
        {name || <em>{t.transfer.nameless}</em>} {id !== undefined && <code>{id}</code>}
      </p>
      <span className={classes.outcome}>{t.transfer.outcomes[outcome]}</span>
      <code className={classes.position} title={t.transfer.position}>
        {position + 1}
      </code>
      {texts.length > 0 && (
        <ul className={classes.why}>
          {texts.map(({ text, lang }) => (
            <li key={text} lang={lang}>
              {text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

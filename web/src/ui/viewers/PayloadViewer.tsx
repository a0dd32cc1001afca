import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";

import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { formatBytes } from "../../util/format-bytes";
import { visibleText } from "../../util/visible-text";
import { CodeBlock } from "./CodeBlock";
import type { PayloadKind } from "./payload-view";
import { copyOf, payloadViews } from "./payload-view";
import classes from "./PayloadViewer.module.css";

/** A payload as JSON, text or hex. The beginning of a large one; the button copies all of it. */
export function PayloadViewer({ label, bytes }: { label: string; bytes: Uint8Array }) {
  const { viewer } = usePageMessages();
  const language = useLanguage();
  const views = useMemo(() => payloadViews(bytes), [bytes]);
  const [wanted, setWanted] = useState<PayloadKind>();
  const view = views.find(({ kind }) => kind === wanted) ?? views[0];
  return (
    <CodeBlock
      label={label}
      text={() => copyOf(bytes, view.kind)}
      wraps={view.kind !== "hex"}
      note={view.isCut ? viewer.cut(formatBytes(bytes.length, language)) : undefined}
      tools={
        <SegmentedControl
          size="xs"
          aria-label={`${viewer.showAs}: ${label}`}
          value={view.kind}
          onChange={(value) => setWanted(value as PayloadKind)}
          data={views.map(({ kind }) => ({ value: kind, label: viewer.kinds[kind] }))}
        />
      }
    >
      {view.kind === "json" &&
        view.tokens.map(({ kind, text }, index) => {
          // The others need no element of their own.
          if (kind === "punctuation" || kind === "space") return text;
          return (
            // oxlint-disable-next-line react/no-array-index-key -- the tokens of a text never move
            <span key={index} className={classes[kind]}>
              {visibleText(text)}
            </span>
          );
        })}
      {view.kind === "text" && visibleText(view.text)}
      {view.kind === "hex" && (
        // An element per column: one per line would be hundreds.
        <span className={classes.hex}>
          {(["offset", "hex", "text"] as const).map((column) => (
            <span key={column}>{view.lines.map((line) => line[column]).join("\n")}</span>
          ))}
        </span>
      )}
    </CodeBlock>
  );
}

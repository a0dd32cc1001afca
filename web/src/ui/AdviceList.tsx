import classes from "./AdviceList.module.css";

interface Line {
  readonly key: string;
  readonly text: string;
  readonly lang?: "en";
}

/** Lines of advice; text between backticks is a command. */
export function AdviceList({ lines }: { lines: readonly Line[] }) {
  if (lines.length === 0) return null;
  return (
    <ul className={classes.list}>
      {lines.map(({ key, text, lang }) => (
        // A certificate's own line may come twice.
        <li key={`${key} ${text}`} lang={lang}>
          {text.split("`").map((part, index) =>
            // Every other part was between backticks.
            // oxlint-disable-next-line react/no-array-index-key -- a sentence's parts never move
            index % 2 === 1 ? <code key={index}>{part}</code> : part,
          )}
        </li>
      ))}
    </ul>
  );
}

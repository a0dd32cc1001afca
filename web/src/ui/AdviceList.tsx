import classes from "./AdviceList.module.css";

/** Sentences of advice; text between backticks is a command. */
export function AdviceList({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul className={classes.list}>
      {sentences.map((sentence) => (
        <li key={sentence}>
          {sentence.split("`").map((part, index) =>
            // Every other part was between backticks.
            // oxlint-disable-next-line react/no-array-index-key -- a sentence's parts never move
            index % 2 === 1 ? <code key={index}>{part}</code> : part,
          )}
        </li>
      ))}
    </ul>
  );
}

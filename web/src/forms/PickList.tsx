import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useId, useMemo, useRef, useState } from "react";

import { usePageMessages } from "../i18n/page-messages";
import { Checkbox } from "../ui/Checkbox";
import { Chip } from "../ui/Chip";
import { containsWords } from "../util/text-search";
import classes from "./PickList.module.css";
import { FIELD } from "./use-refusal";

/** Something that can be chosen. */
interface PickItem {
  readonly id: string;
  readonly name: string;
  /** What tells it from others with a similar name. */
  readonly detail?: string;
}

/** The most items to render at once. */
const SHOWN = 50;

interface Props {
  field: string;
  title: string;
  /** Names the field that filters. */
  find: string;
  /** In their order. */
  items: readonly PickItem[];
  /** The ids of what is chosen, which may contain unknown ones. */
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** Chooses some of many items: a list with a filter, and below it what is chosen. */
export function PickList({ field, title, find, items, chosen, error, onChange }: Props) {
  const t = usePageMessages();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const isChosen = useMemo(() => new Set(chosen), [chosen]);
  const byId = useMemo(() => new Map(items.map((item) => [item.id, item])), [items]);
  const matching = useMemo(
    () => items.filter(({ id, name, detail = "" }) => containsWords(`${name} ${id} ${detail}`, query)),
    [items, query],
  );
  const toggle = (item: string) =>
    onChange(isChosen.has(item) ? chosen.filter((each) => each !== item) : [...chosen, item]);
  return (
    <fieldset className={classes.field} aria-describedby={error && `${id}-error`} {...{ [FIELD]: field }}>
      <legend>
        {title} <span className={classes.count}>{chosen.length > 0 && t.scope.chosen(chosen.length)}</span>
      </legend>
      {error && (
        <p id={`${id}-error`} className={classes.error}>
          {error}
        </p>
      )}
      <TextInput
        ref={input}
        type="search"
        aria-label={find}
        placeholder={find}
        leftSection={<IconSearch size={16} />}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
          // It would submit the form. The only match is what was looked for.
          event.preventDefault();
          const [only, other] = matching;
          if (only && !other) toggle(only.id);
        }}
      />
      <div className={classes.items}>
        {matching.slice(0, SHOWN).map((item) => (
          <label key={item.id} className={classes.item}>
            <Checkbox checked={isChosen.has(item.id)} onChange={() => toggle(item.id)} />
            <bdi className={classes.name}>{item.name}</bdi>
            {item.detail !== undefined && <bdi className={classes.detail}>{item.detail}</bdi>}
          </label>
        ))}
        {matching.length === 0 && <p className={classes.note}>{t.scope.none}</p>}
        {matching.length > SHOWN && <p className={classes.note}>{t.scope.more(matching.length - SHOWN)}</p>}
      </div>
      {chosen.length > 0 && (
        <ul className={classes.chosen} aria-label={t.scope.chosen(chosen.length)}>
          {chosen.map((each) => {
            const name = byId.get(each)?.name ?? each;
            return (
              <li key={each}>
                <Chip text={name} label={t.scope.remove(name)} next={input} onRemove={() => toggle(each)} />
              </li>
            );
          })}
        </ul>
      )}
    </fieldset>
  );
}

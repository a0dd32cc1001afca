import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { licences, licencesFile } from "../../api/licences";
import { useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import type { Component } from "../../util/licences";
import { holdsWords } from "../../util/select";
import classes from "./Inside.module.css";

/** What haltere is made of, and under which licences. */
export function Inside() {
  const words = useWords();
  const { data, isError } = useQuery(licences);
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed);
  const others = (data ?? []).filter(({ kind }) => kind !== "haltere");
  const found = others.filter(({ kind, name, version, licence }) =>
    holdsWords(`${name} ${version} ${licence} ${words.about.kinds[kind]}`, wanted),
  );
  return (
    <Card title={words.about.inside}>
      <p className={classes.text}>{words.about.insideText}</p>
      {isError && <p className={classes.text}>{words.about.noList}</p>}
      {data && (
        <>
          <div className={classes.tools}>
            <TextInput
              className={classes.find}
              type="search"
              aria-label={words.about.find}
              placeholder={words.about.find}
              leftSection={<IconSearch size={16} />}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <span className={classes.count} role="status">
              {words.about.found(found.length, others.length)}
            </span>
            <a href={licencesFile}>{words.about.asText}</a>
          </div>
          {found.length === 0 && <p className={classes.text}>{words.about.nothingFound}</p>}
          <ul className={classes.list}>
            {found.map((component) => (
              <li key={`${component.kind} ${component.name} ${component.version}`}>
                <One component={component} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function One({ component }: { component: Component }) {
  const words = useWords();
  const { kind, name, version, licence, text } = component;
  const line = (
    <>
      <span className={classes.name}>
        {name} <span className={classes.version}>{version}</span>
      </span>
      <span className={classes.licence}>{licence}</span>
      <span className={classes.kind}>{words.about.kinds[kind]}</span>
    </>
  );
  if (!text) return <div className={classes.line}>{line}</div>;
  return (
    <details>
      <summary className={classes.line}>{line}</summary>
      <LicenceText text={text} label={`${name} ${licence}`} />
    </details>
  );
}

/** A licence as it was written. */
export function LicenceText({ text, label }: { text: string; label: string }) {
  return (
    // Focusable, so that a long text can be scrolled with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={classes.licenceText} tabIndex={0} aria-label={label} role="region">
      {text}
    </pre>
  );
}

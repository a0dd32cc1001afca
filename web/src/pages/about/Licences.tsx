import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { licencesQuery, licencesUrl } from "../../api/licences";
import { NotLoaded } from "../../components/NotLoaded";
import { usePageMessages } from "../../i18n/page-messages";
import { Card } from "../../ui/Card";
import type { Component } from "../../util/licences";
import { containsWords } from "../../util/text-search";
import classes from "./Licences.module.css";

/** The components of haltere and their licences. */
export function Licences() {
  const t = usePageMessages();
  const { data, failureReason } = useQuery(licencesQuery);
  const [query, setQuery] = useState("");
  const deferredQuery = useDeferredValue(query);
  const others = (data ?? []).filter(({ kind }) => kind !== "haltere");
  const found = others.filter(({ kind, name, version, licence }) =>
    containsWords(`${name} ${version} ${licence} ${t.about.kinds[kind]}`, deferredQuery),
  );
  return (
    <Card title={t.about.inside}>
      <p className={classes.text}>{t.about.insideText}</p>
      {!data && <NotLoaded failure={failureReason} queryKey={licencesQuery.queryKey} isPart />}
      {data && (
        <>
          <div className={classes.tools}>
            <TextInput
              className={classes.find}
              type="search"
              aria-label={t.about.find}
              placeholder={t.about.find}
              leftSection={<IconSearch size={16} />}
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
            />
            <span className={classes.count} role="status">
              {t.about.found(found.length, others.length)}
            </span>
            <a href={licencesUrl}>{t.about.textVersion}</a>
          </div>
          {found.length === 0 && <p className={classes.text}>{t.about.nothingFound}</p>}
          <ul className={classes.list}>
            {found.map((component) => (
              <li key={`${component.kind} ${component.name} ${component.version}`}>
                <ComponentEntry component={component} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function ComponentEntry({ component }: { component: Component }) {
  const t = usePageMessages();
  const { kind, name, version, licence, text } = component;
  const line = (
    <>
      <span className={classes.name}>
        {name} <span className={classes.version}>{version}</span>
      </span>
      <span className={classes.licence}>{licence}</span>
      <span className={classes.kind}>{t.about.kinds[kind]}</span>
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

/** A licence text as published. */
export function LicenceText({ text, label }: { text: string; label: string }) {
  return (
    // Focusable, so that the keyboard can scroll it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={classes.licenceText} tabIndex={0} aria-label={label} role="region">
      {text}
    </pre>
  );
}

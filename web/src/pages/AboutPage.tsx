import { useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { licences } from "../api/licences";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import { Logo } from "../ui/Logo";
import { Inside, LicenceText } from "./about/Inside";
import classes from "./AboutPage.module.css";

/** `/about`: which haltere this is, under which licence, and what is inside. */
export function AboutPage() {
  const words = useWords();
  useTitle(words.about.title);
  const { data: version } = useQuery({ queryKey: ["version"], queryFn: () => data(api.GET("/api/version")) });
  const own = useQuery(licences).data?.find(({ kind }) => kind === "haltere");
  return (
    <div className={classes.page}>
      <h1>
        <Logo size={32} /> {words.product}
      </h1>
      <p>{words.about.text}</p>
      <Card title={words.about.title}>
        <Facts facts={[[words.about.version, version?.version]]} />
        <p>{words.about.licence}</p>
        {own && (
          <details>
            <summary>{words.about.licenceText}</summary>
            <LicenceText text={own.text} label={words.about.licenceText} />
          </details>
        )}
      </Card>
      <Inside />
    </div>
  );
}

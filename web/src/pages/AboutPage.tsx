import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "../api/client";
import { licencesQuery } from "../api/licences";
import { hasPermission, useProfile } from "../api/session";
import { NotLoaded } from "../components/NotLoaded";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { Card } from "../ui/Card";
import { Logo } from "../ui/Logo";
import { PropertyList } from "../ui/PropertyList";
import { BackgroundTasks } from "./about/BackgroundTasks";
import { Licences, LicenceText } from "./about/Licences";
import classes from "./AboutPage.module.css";

const versionQuery = queryOptions({ queryKey: ["version"], queryFn: () => unwrap(api.GET("/api/version")) });

/** `/administration/about`: version, licence, background tasks and components. */
export function AboutPage() {
  const t = usePageMessages();
  useDocumentTitle(t.about.title);
  const profile = useProfile();
  const version = useQuery(versionQuery);
  const own = useQuery(licencesQuery).data?.find(({ kind }) => kind === "haltere");
  return (
    <div className={classes.page}>
      <h1>
        <Logo size={32} /> {t.product}
      </h1>
      <p>{t.about.text}</p>
      <Card title={t.about.title}>
        {version.data ? (
          <PropertyList properties={[[t.about.version, version.data.version]]} />
        ) : (
          <NotLoaded failure={version.failureReason} queryKey={versionQuery.queryKey} isPart />
        )}
        <p>{t.about.licence}</p>
        {own && (
          <details>
            <summary>{t.about.licenceText}</summary>
            <LicenceText text={own.text} label={t.about.licenceText} />
          </details>
        )}
      </Card>
      {hasPermission(profile, "tasks.list") && <BackgroundTasks />}
      <Licences />
    </div>
  );
}

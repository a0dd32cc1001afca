import { hasPermission, useProfile } from "../../api/session";
import { LinkButton } from "../../components/LinkButton";
import { usePageMessages } from "../../i18n/page-messages";
import { API_DOCS_URL, linkTo } from "../../model/paths";
import { Card } from "../../ui/Card";
import { EmptyState } from "../../ui/EmptyState";
import { CodeBlock } from "../../ui/viewers/CodeBlock";
import { basePath } from "../../util/page-meta";
import classes from "./GettingStarted.module.css";

/** The first steps, shown while there is no connection. */
export function GettingStarted() {
  const t = usePageMessages();
  const profile = useProfile();
  const base = `${location.origin}${basePath}`;
  const script = [
    `curl -c cookies --data-urlencode ${quoted(`username=${profile?.username}`)} --data-urlencode 'password=…' '${base}/auth?json=1'`,
    `curl -b cookies --json '{"name": "Press 4", "url": "mqtt://press-4:1883"}' ${base}/api/connections`,
  ].join("\n");
  return (
    <>
      <EmptyState title={t.fleet.empty}>
        <p>{t.fleet.emptyText}</p>
      </EmptyState>
      {hasPermission(profile, "connections.create") && (
        <div className={classes.options}>
          <Card title={t.fleet.firstByHand}>
            <p>{t.fleet.firstByHandText}</p>
            <LinkButton {...linkTo.newConnection()}>{t.fleet.newConnection}</LinkButton>
          </Card>
          <Card title={t.fleet.firstByImport}>
            <p>{t.fleet.firstByImportText}</p>
            <LinkButton {...linkTo.transfer()} variant="default">
              {t.fleet.transfer}
            </LinkButton>
          </Card>
          <Card title={t.fleet.firstByScript}>
            <p>{t.fleet.firstByScriptText}</p>
            <CodeBlock label="curl" text={script} />
            <a href={API_DOCS_URL}>{t.commands.api}</a>
          </Card>
        </div>
      )}
    </>
  );
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

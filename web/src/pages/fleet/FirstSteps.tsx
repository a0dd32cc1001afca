import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useProfile } from "../../api/session";
import { basePath } from "../../app/server";
import { useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { Empty } from "../../ui/Empty";
import { may } from "../../util/may";
import classes from "./FirstSteps.module.css";

/** What there is to do while there is no connection yet. */
export function FirstSteps() {
  const words = useWords();
  const profile = useProfile();
  const curl = [
    "curl -b cookies --json \\",
    `  '{"name": "Press 4", "url": "mqtt://press-4:1883"}' \\`,
    `  ${location.origin}${basePath}/api/connections`,
  ].join("\n");
  return (
    <>
      <Empty title={words.fleet.empty}>
        <p>{words.fleet.emptyText}</p>
      </Empty>
      {may(profile, "changeConnections") && (
        <div className={classes.ways}>
          <Card title={words.fleet.firstByHand}>
            <p>{words.fleet.firstByHandText}</p>
            <Button component={Link} to="/new">
              {words.fleet.newConnection}
            </Button>
          </Card>
          <Card title={words.fleet.firstByImport}>
            <p>{words.fleet.firstByImportText}</p>
            <Button component={Link} to="/transfer" variant="default">
              {words.fleet.transfer}
            </Button>
          </Card>
          <Card title={words.fleet.firstByScript}>
            <p>{words.fleet.firstByScriptText}</p>
            {/* Focusable, so that it can be scrolled with the keyboard. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre tabIndex={0} aria-label="curl">
              {curl}
            </pre>
            <a href={`${basePath}/api/docs`}>{words.commands.api}</a>
          </Card>
        </div>
      )}
    </>
  );
}

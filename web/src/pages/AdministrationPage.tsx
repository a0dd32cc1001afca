import { Navigate, Outlet } from "@tanstack/react-router";

import type { Permission, Profile } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { Tab, Tabs } from "../components/Tabs";
import type { Messages } from "../i18n/en";
import { usePageMessages } from "../i18n/page-messages";
import { linkTo } from "../model/paths";
import classes from "./AdministrationPage.module.css";

interface Section {
  readonly link: ReturnType<
    | typeof linkTo.users
    | typeof linkTo.groups
    | typeof linkTo.tokens
    | typeof linkTo.plugins
    | typeof linkTo.signOn
    | typeof linkTo.transfer
    | typeof linkTo.audit
    | typeof linkTo.about
  >;
  readonly label: (t: Messages) => string;
  /** Every user has a section without one. */
  readonly permission?: Permission;
}

/** The sections in their order. */
const SECTIONS: readonly Section[] = [
  { link: linkTo.users(), label: (t) => t.nav.users, permission: "users.list" },
  { link: linkTo.groups(), label: (t) => t.nav.groups, permission: "groups.list" },
  { link: linkTo.tokens(), label: (t) => t.nav.tokens, permission: "tokens.list" },
  { link: linkTo.plugins(), label: (t) => t.nav.plugins, permission: "plugins.switch" },
  { link: linkTo.signOn(), label: (t) => t.nav.signOn, permission: "sign-on.read" },
  { link: linkTo.transfer(), label: (t) => t.transfer.title, permission: "connections.import" },
  { link: linkTo.audit(), label: (t) => t.nav.audit, permission: "audit.list" },
  { link: linkTo.about(), label: (t) => t.about.title },
];

function sectionsOf(profile: Profile | null | undefined): readonly Section[] {
  return SECTIONS.filter(({ permission }) => !permission || hasPermission(profile, permission));
}

/** The frame around the pages of `/administration`: its sections, and the page of one. */
export function AdministrationPage() {
  const t = usePageMessages();
  const sections = sectionsOf(useProfile());
  return (
    <div className={classes.page}>
      {/* With one there is nothing to choose. */}
      {sections.length > 1 && (
        <div className={classes.sections}>
          <Tabs label={t.nav.administration} isColumn>
            {sections.map(({ link, label }) => (
              <Tab key={link.to} {...link} activeOptions={{ includeSearch: false }}>
                {label(t)}
              </Tab>
            ))}
          </Tabs>
        </div>
      )}
      <div className={classes.section}>
        <Outlet />
      </div>
    </div>
  );
}

/** `/administration`: the first section of the user. */
export function AdministrationStart() {
  const [first] = sectionsOf(useProfile());
  return first && <Navigate {...first.link} replace />;
}

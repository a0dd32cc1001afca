import { SegmentedControl } from "@mantine/core";

import { hasPermission, useProfile } from "../api/session";
import { PasswordForm } from "../forms/PasswordForm";
import { useDocumentTitle } from "../hooks/use-document-title";
import type { Theme } from "../hooks/use-theme";
import { useTheme } from "../hooks/use-theme";
import { useLanguageSwitch } from "../hooks/use-language-switch";
import type { Language } from "../i18n/language";
import { LANGUAGES, useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { groupNames } from "../model/own-groups";
import { Card } from "../ui/Card";
import { PropertyList } from "../ui/PropertyList";
import { OwnTokens } from "./profile/OwnTokens";
import { SecondFactor } from "./profile/SecondFactor";
import { Sessions } from "./profile/Sessions";
import classes from "./ProfilePage.module.css";

/** `/profile`: the user's own account. */
export function ProfilePage() {
  const t = usePageMessages();
  const profile = useProfile();
  useDocumentTitle(t.profile.title);
  if (!profile) return null;
  return (
    <div className={classes.page}>
      <h1>{profile.username}</h1>
      <Card title={t.profile.title}>
        <PropertyList
          properties={[
            [t.profile.roles, profile.roles.map((role) => t.roleNames[role] ?? role).join(", ")],
            [t.groups.ofUser, groupNames(profile)],
            [t.groups.connections, profile.connections && t.groups.ofGroups(profile.connections.length)],
          ]}
        />
      </Card>
      <Appearance />
      {/* Not while an administrator sees haltere as this user does. */}
      {hasPermission(profile, "profile.change-password") && (
        <Card title={t.profile.password}>
          <PasswordForm username={profile.username} />
        </Card>
      )}
      <SecondFactor profile={profile} />
      {hasPermission(profile, "profile.list-tokens") && <OwnTokens />}
      {hasPermission(profile, "profile.list-sessions") && <Sessions />}
    </div>
  );
}

function Appearance() {
  const t = usePageMessages();
  const language = useLanguage();
  const switchLanguage = useLanguageSwitch();
  const [theme, switchTheme] = useTheme();
  return (
    <Card title={t.profile.appearance}>
      <div className={classes.appearance}>
        <span id="theme">{t.appearance.theme}</span>
        <SegmentedControl
          aria-labelledby="theme"
          value={theme}
          onChange={(chosen) => switchTheme(chosen as Theme)}
          data={Object.entries(t.appearance.themes).map(([value, label]) => ({ value, label }))}
        />
        <span id="language">{t.appearance.language}</span>
        <SegmentedControl
          aria-labelledby="language"
          value={language}
          onChange={(chosen) => switchLanguage(chosen as Language)}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        />
      </div>
    </Card>
  );
}

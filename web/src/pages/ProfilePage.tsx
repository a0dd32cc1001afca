import { SegmentedControl, useMantineColorScheme } from "@mantine/core";

import { useProfile } from "../api/session";
import { PasswordForm } from "../forms/PasswordForm";
import { useTitle } from "../hooks/use-title";
import type { Language } from "../i18n/language";
import { LANGUAGES, speak, useLanguage, useWords } from "../i18n/language";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import { Sessions } from "./profile/Sessions";
import classes from "./ProfilePage.module.css";

/** `/profile`: oneself. */
export function ProfilePage() {
  const words = useWords();
  const profile = useProfile();
  useTitle(words.profile.title);
  if (!profile) return null;
  return (
    <div className={classes.page}>
      <h1>{profile.username}</h1>
      <Card title={words.profile.title}>
        <Facts facts={[[words.profile.roles, profile.roles.join(", ")]]} />
      </Card>
      <Look />
      <Card title={words.profile.password}>
        <PasswordForm username={profile.username} />
      </Card>
      <Sessions />
    </div>
  );
}

function Look() {
  const words = useWords();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card title={words.profile.look}>
      <div className={classes.look}>
        <span id="theme">{words.profile.theme}</span>
        <SegmentedControl
          aria-labelledby="theme"
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as "auto" | "light" | "dark")}
          data={Object.entries(words.profile.themes).map(([value, label]) => ({ value, label }))}
        />
        <span id="language">{words.profile.language}</span>
        <SegmentedControl
          aria-labelledby="language"
          value={language}
          onChange={(chosen) => void speak(chosen as Language, true)}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        />
      </div>
    </Card>
  );
}

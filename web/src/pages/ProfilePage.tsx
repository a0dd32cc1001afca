import { Alert, Button, PasswordInput, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { changePassword, useProfile } from "../api/session";
import { useTitle } from "../hooks/use-title";
import type { Language } from "../i18n/language";
import { LANGUAGES, speak, useLanguage, useWords } from "../i18n/language";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import classes from "./ProfilePage.module.css";

/** The shortest password the server takes. */
const SHORTEST = 8;

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
      <Password />
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

function Password() {
  const words = useWords();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(old, fresh),
    onSuccess: () => {
      setOld("");
      setFresh("");
      setAgain("");
    },
  });
  const short = fresh !== "" && [...fresh].length < SHORTEST;
  const different = again !== "" && again !== fresh;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!short && fresh === again) change.mutate();
  };
  return (
    <Card title={words.profile.password}>
      <form onSubmit={submit} className={classes.password}>
        {change.isSuccess && (
          <Alert color="green" variant="light" role="status">
            {words.profile.changed}
          </Alert>
        )}
        {change.error && (
          <Alert color="red" variant="light" role="alert">
            {change.error.message}
          </Alert>
        )}
        <PasswordInput
          label={words.profile.oldPassword}
          autoComplete="current-password"
          required
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.profile.newPassword}
          autoComplete="new-password"
          required
          error={short && words.profile.short}
          value={fresh}
          onChange={(event) => setFresh(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.profile.again}
          autoComplete="new-password"
          required
          error={different && words.profile.different}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Button type="submit" loading={change.isPending} className={classes.submit}>
          {words.profile.change}
        </Button>
      </form>
    </Card>
  );
}

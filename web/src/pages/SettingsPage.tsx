import { Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { planSwitch, plugins, switchPlugin } from "../api/plugins";
import { useProfile } from "../api/session";
import { SwitchDialog } from "../components/SwitchDialog";
import { useFailure } from "../hooks/use-failure";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Card } from "../ui/Card";
import { Empty } from "../ui/Empty";
import { may } from "../util/may";
import classes from "./SettingsPage.module.css";

/** `/settings`: what can be switched while haltere runs. */
export function SettingsPage() {
  const words = useWords();
  const profile = useProfile();
  useTitle(words.settings.title);
  if (!may(profile, "switchPlugins")) return <Empty title={words.settings.noRight} />;
  return (
    <div className={classes.page}>
      <h1>{words.settings.title}</h1>
      <Plugins />
    </div>
  );
}

function Plugins() {
  const words = useWords();
  const queries = useQueryClient();
  const onError = useFailure();
  const { data = [] } = useQuery(plugins);
  const change = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => switchPlugin(id, enabled),
    onError,
    onSettled: () => {
      plan.reset();
      return queries.invalidateQueries(plugins);
    },
  });
  // Nothing is switched before it was said what that does.
  const plan = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => planSwitch(id, enabled),
    onError,
    onSuccess: ({ affected }, wish) => {
      if (!affected?.connections && !affected?.users) change.mutate(wish);
    },
  });
  const asked = plan.data && (plan.data.affected?.connections || plan.data.affected?.users) ? plan.data : undefined;
  return (
    <Card title={words.settings.plugins}>
      <p className={classes.text}>{words.settings.pluginsText}</p>
      <ul className={classes.list}>
        {data.map(({ id, enabled, switchable, source }) => (
          <li key={id}>
            <Switch
              label={<code>{id}</code>}
              description={
                <>
                  {words.settings.means[id]}
                  <span className={classes.source}>
                    {switchable ? (words.settings.source[source] ?? source) : words.settings.fixed}
                  </span>
                </>
              }
              checked={change.isPending && change.variables.id === id ? change.variables.enabled : enabled}
              disabled={!switchable}
              onChange={(event) => plan.mutate({ id, enabled: event.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
      {asked && (
        <SwitchDialog
          plan={asked}
          isBusy={change.isPending}
          onConfirm={() => change.mutate(asked)}
          onClose={() => plan.reset()}
        />
      )}
    </Card>
  );
}

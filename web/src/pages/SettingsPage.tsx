import { Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { pluginsQuery, previewPluginSwitch, switchPlugin } from "../api/plugins";
import { hasPermission, useProfile } from "../api/session";
import { PluginSwitchDialog } from "../components/PluginSwitchDialog";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useMessages } from "../i18n/language";
import { Card } from "../ui/Card";
import { EmptyState } from "../ui/EmptyState";
import classes from "./SettingsPage.module.css";

/** `/settings`: plugins, which can be switched at runtime. */
export function SettingsPage() {
  const t = useMessages();
  const profile = useProfile();
  useDocumentTitle(t.settings.title);
  if (!hasPermission(profile, "plugins.switch")) return <EmptyState title={t.settings.noRight} />;
  return (
    <div className={classes.page}>
      <h1>{t.settings.title}</h1>
      <Plugins />
    </div>
  );
}

function Plugins() {
  const t = useMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification();
  const { data = [] } = useQuery(pluginsQuery);
  const change = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => switchPlugin(id, enabled),
    onError,
    onSettled: () => {
      preview.reset();
      return queries.invalidateQueries(pluginsQuery);
    },
  });
  // Preview first: the user confirms what a switch does.
  const preview = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => previewPluginSwitch(id, enabled),
    onError,
    onSuccess: ({ affected }, request) => {
      if (!affected?.connections && !affected?.users) change.mutate(request);
    },
  });
  const toConfirm =
    preview.data && (preview.data.affected?.connections || preview.data.affected?.users) ? preview.data : undefined;
  return (
    <Card title={t.settings.plugins}>
      <p className={classes.text}>{t.settings.pluginsText}</p>
      <ul className={classes.list}>
        {data.map(({ id, enabled, switchable, source }) => (
          <li key={id}>
            <Switch
              label={<code>{id}</code>}
              description={
                <>
                  {t.settings.descriptions[id]}
                  <span className={classes.source}>
                    {switchable ? (t.settings.source[source] ?? source) : t.settings.fixed}
                  </span>
                </>
              }
              checked={change.isPending && change.variables.id === id ? change.variables.enabled : enabled}
              disabled={!switchable}
              onChange={(event) => preview.mutate({ id, enabled: event.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
      {toConfirm && (
        <PluginSwitchDialog
          plan={toConfirm}
          isBusy={change.isPending}
          onConfirm={() => change.mutate(toConfirm)}
          onClose={() => preview.reset()}
        />
      )}
    </Card>
  );
}

import { Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { pluginsQuery, previewPluginSwitch, switchPlugin } from "../api/plugins";
import { hasPermission, useProfile } from "../api/session";
import { NotLoaded } from "../components/NotLoaded";
import { PluginSwitchDialog } from "../components/PluginSwitchDialog";
import { useOutcomeNotification } from "../components/use-outcome-notification";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import { Card } from "../ui/Card";
import { EmptyState } from "../ui/EmptyState";
import classes from "./PluginsPage.module.css";

/** `/administration/plugins`: plugins, which can be switched at runtime. */
export function PluginsPage() {
  const t = usePageMessages();
  const profile = useProfile();
  useDocumentTitle(t.nav.plugins);
  if (!hasPermission(profile, "plugins.switch")) return <EmptyState title={t.settings.noRight} />;
  return (
    <div className={classes.page}>
      <h1>{t.nav.plugins}</h1>
      <p className={classes.text}>{t.settings.pluginsText}</p>
      <Plugins />
    </div>
  );
}

function Plugins() {
  const t = usePageMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification(t.failed.switchPlugin);
  const notify = useOutcomeNotification();
  const { data, failureReason } = useQuery(pluginsQuery);
  const change = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => switchPlugin(id, enabled),
    onError,
    onSuccess: ({ id, enabled }) =>
      notify(t.settings.switched(id, enabled), {
        run: async () => {
          await switchPlugin(id, !enabled);
          await queries.invalidateQueries(pluginsQuery);
          return [];
        },
        done: t.settings.switched(id, !enabled),
      }),
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
  if (!data) return <NotLoaded failure={failureReason} queryKey={pluginsQuery.queryKey} />;
  return (
    <Card>
      <ul className={classes.list}>
        {data.map(({ id, enabled, switchable, source }) => (
          <li key={id}>
            {switchable ? (
              <Switch
                label={<code>{id}</code>}
                description={
                  <>
                    {t.settings.descriptions[id]}
                    <span className={classes.source}>{t.settings.source[source] ?? source}</span>
                  </>
                }
                checked={change.isPending && change.variables.id === id ? change.variables.enabled : enabled}
                onChange={(event) => preview.mutate({ id, enabled: event.currentTarget.checked })}
              />
            ) : (
              <div className={classes.fixed}>
                <code>{id}</code>
                <p>
                  {t.settings.descriptions[id]}
                  <span className={classes.source}>{t.settings.fixed}</span>
                </p>
              </div>
            )}
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

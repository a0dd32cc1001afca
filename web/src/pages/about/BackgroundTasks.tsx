import { useQuery } from "@tanstack/react-query";

import { backgroundTasksQuery } from "../../api/background-tasks";
import type { BackgroundTask } from "../../api/schema";
import { Ago } from "../../components/Ago";
import { NotLoaded } from "../../components/NotLoaded";
import { useNow } from "../../hooks/use-now";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { sortTasks, taskResult } from "../../model/background-task";
import { Card } from "../../ui/Card";
import { formatRunTime } from "../../util/format-time";
import classes from "./BackgroundTasks.module.css";

/** What the server does in the background, for administrators. */
export function BackgroundTasks() {
  const t = usePageMessages();
  const now = useNow();
  const { data: tasks, failureReason } = useQuery(backgroundTasksQuery);
  if (!tasks) {
    return (
      <Card title={t.about.tasks}>
        <NotLoaded failure={failureReason} queryKey={backgroundTasksQuery.queryKey} isPart />
      </Card>
    );
  }
  return (
    <Card title={t.about.tasks}>
      <p className={classes.text}>{t.about.tasksText}</p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t.about.task}</th>
            <th scope="col">{t.about.lastRun}</th>
            <th scope="col">{t.about.result}</th>
          </tr>
        </thead>
        <tbody>
          {sortTasks(tasks, now).map((task) => (
            <TaskRow key={task.name} task={task} now={now} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function TaskRow({ task, now }: { task: BackgroundTask; now: number }) {
  const t = usePageMessages();
  const language = useLanguage();
  const { name, lastRun } = task;
  const names: Partial<Record<string, string>> = t.about.taskNames;
  return (
    <tr>
      <th scope="row">{names[name] ?? name}</th>
      <td>
        {lastRun && (
          <>
            <Ago time={lastRun.startedAt} now={now} />, {formatRunTime(lastRun.durationMs, language)}
          </>
        )}
      </td>
      <td>
        {t.about.taskResults[taskResult(task, now)]}
        {lastRun?.error && <span className={classes.error}>{lastRun.error}</span>}
      </td>
    </tr>
  );
}

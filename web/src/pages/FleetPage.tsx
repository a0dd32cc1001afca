import { Button } from "@mantine/core";
import { IconPlus, IconTransfer } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";

import { useFleet } from "../api/fleet";
import { useProfile } from "../api/session";
import type { FleetSearch } from "../app/routes";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";
import { may } from "../util/may";
import { count, inNameOrder, select, sort, troubles } from "../util/select";
import type { Bulk } from "./fleet/bulk";
import { BulkDialog } from "./fleet/BulkDialog";
import { Connections } from "./fleet/Connections";
import { FirstSteps } from "./fleet/FirstSteps";
import { Health } from "./fleet/Health";
import { Toolbar } from "./fleet/Toolbar";
import { Troubles } from "./fleet/Troubles";
import classes from "./FleetPage.module.css";

/** `/`: what is wrong first, then everything. */
export function FleetPage() {
  // Here, because it may have something to say about connections of which none is left to be listed.
  const [bulk, setBulk] = useState<Bulk>();
  return (
    <>
      <Fleet onBulk={setBulk} />
      {bulk && <BulkDialog {...bulk} onClose={() => setBulk(undefined)} />}
    </>
  );
}

function Fleet({ onBulk }: { onBulk: (bulk: Bulk) => void }) {
  const words = useWords();
  const { byId, isComplete } = useFleet();
  const profile = useProfile();
  const search = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const look = (change: Partial<Record<keyof FleetSearch, unknown>>) =>
    void navigate({ search: (now) => ({ ...now, ...change }) as FleetSearch, replace: true });

  // Typing stays quick while ten thousand rows follow a frame later.
  const wanted = useDeferredValue(search);
  const counts = useMemo(() => count(byId.values()), [byId]);
  const wrong = useMemo(() => troubles(byId.values()), [byId]);
  const picked = useMemo(
    () => sort(select(inNameOrder(byId), wanted), wanted.sort ?? "state", wanted.down ?? false),
    [byId, wanted],
  );
  useTitle(counts.down > 0 ? `(${counts.down}) ${words.fleet.title}` : words.fleet.title);

  if (!may(profile, "seeConnections")) {
    return (
      <Empty title={words.fleet.noRight}>
        <p>{words.fleet.noRightText}</p>
      </Empty>
    );
  }
  if (!isComplete) return null;
  if (byId.size === 0) return <FirstSteps />;

  return (
    <>
      <div className={classes.heading}>
        <h1>{words.fleet.title}</h1>
        <span className={classes.total}>{words.fleet.brokers(byId.size)}</span>
        {may(profile, "changeConnections") && (
          <div className={classes.actions}>
            <Button component={Link} to="/transfer" variant="default" leftSection={<IconTransfer size={16} />}>
              {words.fleet.transfer}
            </Button>
            <Button component={Link} to="/new" leftSection={<IconPlus size={16} />}>
              {words.fleet.newConnection}
            </Button>
          </div>
        )}
      </div>
      <Health counts={counts} total={byId.size} state={search.state} onState={(state) => look({ state })} />
      <Troubles troubles={wrong} onCode={(code) => look({ code, state: undefined })} />
      <section aria-labelledby="all">
        <h2 id="all" className={classes.section}>
          {words.fleet.allTitle} <span className={classes.total}>{words.fleet.shown(picked.length, byId.size)}</span>
        </h2>
        <Toolbar search={search} onChange={look} />
        {picked.length > 0 ? (
          <Connections
            connections={picked}
            search={wanted}
            onSort={look}
            onBulk={onBulk}
            canChange={may(profile, "changeConnections")}
          />
        ) : (
          <p className={classes.none}>
            {words.fleet.noMatch}{" "}
            <Link to="/" search={{}}>
              {words.fleet.clearFilter}
            </Link>
          </p>
        )}
      </section>
    </>
  );
}

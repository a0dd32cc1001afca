import { Link } from "@tanstack/react-router";
import { memo } from "react";

import type { Connection } from "../../api/schema";
import { useWords } from "../../i18n/language";
import { StateShape } from "../../ui/StateMark";
import { shown } from "../../util/state";
import classes from "./Tile.module.css";

/** One connection in the grid. */
export const Tile = memo(function Tile({ connection }: { connection: Connection }) {
  const words = useWords();
  const state = shown(connection);
  const { id, name, status, broker } = connection;
  return (
    <div role="listitem" className={classes.item}>
      <Link
        to="/connections/$connectionId"
        params={{ connectionId: id }}
        className={classes.tile}
        data-state={state}
        title={status?.error?.message ?? words.stateMeans[state]}
      >
        <StateShape state={state} />
        <span className={classes.name}>{name}</span>
        <span className={classes.word}>{status?.error?.code ?? broker?.version ?? words.states[state]}</span>
      </Link>
    </div>
  );
});

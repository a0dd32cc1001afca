import { Link } from "@tanstack/react-router";
import { memo } from "react";

import type { Connection } from "../../api/schema";
import { useMessages } from "../../i18n/language";
import { useSentences } from "../../i18n/sentences";
import { displayState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./ConnectionTile.module.css";

interface Props {
  connection: Connection;
  /** Its number among all of them, from 1. */
  position: number;
  count: number;
}

/** A connection as a tile of the grid. */
export const ConnectionTile = memo(function ConnectionTile({ connection, position, count }: Props) {
  const t = useMessages();
  const sentences = useSentences();
  const state = displayState(connection);
  const { id, name, status, broker } = connection;
  return (
    <div role="listitem" aria-posinset={position} aria-setsize={count} className={classes.item}>
      <Link
        {...linkTo.connection(id)}
        className={classes.tile}
        data-state={state}
        title={status?.error ? sentences.failure(status.error).text : t.stateDescriptions[state]}
      >
        <StateIcon state={state} />
        <span className={classes.name}>{name}</span>
        <span className={classes.word}>{status?.error?.code ?? broker?.version ?? t.states[state]}</span>
      </Link>
    </div>
  );
});

import type { Connection } from "../api/schema";
import { usePageMessages } from "../i18n/page-messages";
import { labelTexts } from "../model/label-selector";
import classes from "./CoveredConnections.module.css";

/** The most connections to name. */
const SHOWN = 8;

interface Props {
  /** Says what covers how many. */
  text: string;
  /** By name. */
  connections: readonly Connection[];
  /** Whether the connections are named; not if they are all. */
  namesThem: boolean;
}

/** Which connections something covers, while it is edited. */
export function CoveredConnections({ text, connections, namesThem }: Props) {
  const t = usePageMessages();
  return (
    <div className={classes.covered}>
      <p role="status" className={classes.text}>
        {text}
      </p>
      {namesThem && connections.length > 0 && (
        <ul className={classes.names}>
          {connections.slice(0, SHOWN).map(({ id, name, labels }) => (
            <li key={id} title={labelTexts(labels).join(" ")}>
              <bdi>{name}</bdi>
            </li>
          ))}
          {connections.length > SHOWN && <li>{t.fleet.andMore(connections.length - SHOWN)}</li>}
        </ul>
      )}
    </div>
  );
}

import type { ReactNode } from "react";

import classes from "./PropertyList.module.css";

/** Names and values. Properties without a value are left out. */
export function PropertyList({ properties }: { properties: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.list}>
      {properties
        .filter(([, value]) => value !== undefined && value !== null && value !== false && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

import type { Connection } from "../api/schema";
import { isSamePem } from "../model/pem";
import type { Draft } from "./draft";
import { differingFields, toDraft } from "./draft";
import { fieldOf } from "./field-error";

type Field = keyof Draft;

/** A field that another user has changed since the form was opened. */
export interface ForeignChange {
  readonly field: Field;
  /** The other user's value as the form holds it; undefined for a stored one that the form keeps. */
  readonly theirs: Draft[Field];
  /** The form's value, which may be from before the change; undefined for a stored secret, which the form does not have. */
  readonly mine: Draft[Field];
  /** Whether the user of this form has changed it, too. */
  readonly isContested: boolean;
}

/**
 * What others have changed from `base` to `latest`. `named` are the server's names of changed fields: it alone knows
 * about passwords and keys.
 */
export function foreignChanges(
  draft: Draft,
  base: Connection,
  latest: Connection,
  named: readonly string[] = [],
): ForeignChange[] {
  const [before, now] = [toDraft(base), toDraft(latest)];
  const changed = new Set<Field>(differingFields(before, now));
  for (const field of ["ca", "cert"] as const) if (!isSamePem(base[field], latest[field])) changed.add(field);
  for (const field of named.flatMap((name) => fieldOf(name) ?? [])) if (isSecret(field)) changed.add(field);
  return (Object.keys(draft) as Field[])
    .filter((field) => changed.has(field))
    .map((field) => ({
      field,
      theirs: now[field],
      mine: draft[field] ?? unchangedValue(field, base),
      isContested: draft[field] !== before[field],
    }))
    .filter(({ theirs, mine }) => theirs === undefined || theirs !== mine);
}

/** The value behind an `undefined` of the draft, if the form has it. */
function unchangedValue(field: Field, base: Connection): Draft[Field] {
  if (field === "ca" || field === "cert") return base[field] ?? "";
  return field === "noMetricsMode" ? false : undefined;
}

/** Whether others have changed any setting that the form can see. */
export function hasForeignChanges(base: Connection, latest: Connection): boolean {
  return foreignChanges(toDraft(base), base, latest).length > 0;
}

/** The draft with the values of others, except for the fields in `kept`. */
export function merge(draft: Draft, changes: readonly ForeignChange[], kept: ReadonlySet<Field>): Draft {
  const values = changes.map(({ field, theirs, mine }) => [field, kept.has(field) ? mine : theirs]);
  return { ...draft, ...(Object.fromEntries(values) as Partial<Draft>) };
}

/** Whether the draft replaces a stored secret. */
export function setsSecrets({ password, key }: Draft): boolean {
  return Boolean(password) || Boolean(key);
}

function isSecret(field: Field): boolean {
  return field === "password" || field === "key";
}

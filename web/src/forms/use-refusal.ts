import type { RefObject } from "react";
import { useLayoutEffect, useState } from "react";

import type { FieldError } from "./field-error";

/** The attribute that marks the element of a field. */
export const FIELD = "data-field";

/** Moves the focus into the element of a field. */
export function focusField(element: Element | null | undefined): void {
  element?.querySelector<HTMLElement>('input:not([type="file"]), textarea, button')?.focus();
  // With its error, and not behind the buttons.
  element?.scrollIntoView({ block: "nearest" });
}

/** Where a refusal by the server is shown. */
interface Refusal<Field extends string> {
  /** The server's reason, for the field that it names. */
  readonly errorOf: (field: Field) => string | undefined;
  /** The error, if it names no field that is rendered. */
  readonly unplaced: Error | undefined;
}

/**
 * Places a refusal: at the field that it names if that is rendered, else above the form, and moves the focus there. It
 * no longer applies once `isEdited` the field, or for an error without a field anything, since the draft was checked.
 */
export function useRefusal<Field extends string>(
  form: RefObject<HTMLElement | null>,
  error: Error | null,
  named: FieldError<Field> | undefined,
  isEdited: (field: Field | undefined) => boolean,
): Refusal<Field> {
  const field = named?.field;
  // What is rendered is known only after a render in which the sections of the field are open.
  const [missing, setMissing] = useState<Error>();
  useLayoutEffect(() => {
    if (!error) return;
    const element = field && form.current?.querySelector(`[${FIELD}="${field}"]`);
    // oxlint-disable-next-line react/set-state-in-effect -- only now the document knows
    setMissing(element ? undefined : error);
    focusField(element);
  }, [form, error, field]);

  const isAtField = field !== undefined && missing !== error;
  const isCurrent = !isEdited(isAtField ? field : undefined);
  const unplaced = error && !isAtField && isCurrent ? error : undefined;
  useLayoutEffect(() => {
    // The button that was pressed may be a page below it.
    if (unplaced) form.current?.querySelector('[role="alert"]')?.scrollIntoView({ block: "nearest" });
  }, [form, unplaced]);
  return {
    errorOf: (each) => (isAtField && isCurrent && each === field ? named?.text : undefined),
    unplaced,
  };
}

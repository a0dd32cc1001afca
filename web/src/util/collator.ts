/** Compares names by the browser's language, numbers in them as numbers. `localeCompare` would create a collator per call, which is twenty times slower. */
export const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

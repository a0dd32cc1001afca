const UNITS = ["B", "KiB", "MiB"] as const;

/** A size with at most one decimal: `1.5 MiB`. */
export function formatBytes(size: number, language: string): string {
  const power = size >= 1024 * 1024 ? 2 : size >= 1024 ? 1 : 0;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return `${format.format(size / 1024 ** power)} ${UNITS[power]}`;
}

/** Lets the browser save a file. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has started by then; until revoked, the URL keeps the file in memory.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Has the browser save something as a file. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then; what is in it is not kept in memory for longer than that.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

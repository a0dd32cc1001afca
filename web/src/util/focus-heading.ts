/** Moves the focus to the page's heading, or to the page if it has none. */
export function focusHeading(): void {
  const main = document.getElementById("content");
  const heading = main?.querySelector("h1") ?? main;
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

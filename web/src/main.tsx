import "./app/styles.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preferredLanguage, setLanguage } from "./i18n/language";
import { basePath } from "./util/page-meta";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");

// After an update of the server the files that this page would load later no longer exist; a reload gets the new
// page. Only once a minute, so that another cause shows up as an error, and only if the server responds, because
// without it the old page is better than none.
const RELOADED = "haltere.reloaded";
addEventListener("vite:preloadError", () => {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < 60_000) return;
  const isThere = fetch(`${basePath}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
  void isThere.then((there) => {
    if (!there) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  });
});

// Without the messages of a language, English is better than an empty page.
await setLanguage(preferredLanguage(), false).catch(() => setLanguage("en", false));
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

import "./app/styles.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preferredLanguage, setLanguage } from "./i18n/language";
import { basePath } from "./util/page-meta";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");

// After an update the parts that this page would load later are gone: a new page knows the new ones.
// Once, so that a part that is gone for another reason is shown as a fault; and only when the server
// answers, because a page without one is worth keeping.
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

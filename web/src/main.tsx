import "./app/styles.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preferredLanguage, setLanguage } from "./i18n/language";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");

// Without the messages of a language, English is better than an empty page.
await setLanguage(preferredLanguage(), false).catch(() => setLanguage("en", false));
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

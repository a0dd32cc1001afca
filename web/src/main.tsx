import "./app/styles.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preferred, speak } from "./i18n/language";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");

await speak(preferred(), false);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

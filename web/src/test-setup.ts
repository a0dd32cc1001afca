import { afterEach, beforeAll } from "vitest";

import { setLanguage } from "./i18n/language";

beforeAll(async () => setLanguage("en", false));

afterEach(() => {
  localStorage.clear();
});

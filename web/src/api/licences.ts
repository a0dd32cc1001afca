import { queryOptions } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { parseLicences } from "../util/licences";
import { ApiFailure } from "./client";

/** Where the list of what haltere is made of lies. */
export const licencesFile = `${basePath}/licences.txt`;

/** What haltere is made of; asked for by those who want to know. */
export const licences = queryOptions({
  queryKey: ["licences"],
  queryFn: async () => {
    const response = await fetch(licencesFile).catch((cause: unknown) => {
      throw new ApiFailure(0, "UNREACHABLE", String(cause));
    });
    const found = parseLicences(response.ok ? await response.text() : "");
    // A console under development has no list, and may answer with its page instead.
    if (found.length === 0) throw new ApiFailure(response.status, "UNKNOWN", "there is no list");
    return found;
  },
  staleTime: Infinity,
});

import { queryOptions } from "@tanstack/react-query";

import { parseLicences } from "../util/licences";
import { basePath } from "../util/page-meta";
import { ApiError, request } from "./client";

const PATH = "/licences.txt";

/** The URL of the list of licences, which the build creates. */
export const licencesUrl = `${basePath}${PATH}`;

/** The components of haltere and their licences. */
export const licencesQuery = queryOptions({
  queryKey: ["licences"],
  queryFn: async () => {
    const response = await request(PATH);
    const components = parseLicences(await response.text());
    // The development server has no list and may answer with the console's page instead.
    if (components.length === 0) throw new ApiError(response.status, "UNKNOWN", "there is no list");
    return components;
  },
  staleTime: Infinity,
});

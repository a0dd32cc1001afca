import type { Connection } from "../../api/schema";
export function BulkBar(_: { connections: readonly Connection[]; onDone: () => void }) { return null; }

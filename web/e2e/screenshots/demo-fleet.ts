import { DAY, HOUR, MINUTE } from "./timestamps";

/** A condition other than a working link. */
type Condition =
  /** Nothing listens. */
  | "refused"
  /** The certificate's CA is unknown; the broker sends the CA's certificate, too. */
  | "unknown-ca"
  | "expired"
  | "expires-soon"
  | "wrong-password"
  /** The host of the URL does not exist. */
  | "misspelt"
  /** Disconnected on purpose. */
  | "idle";

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly hall: string;
  readonly isTls: boolean;
  readonly condition: Condition | undefined;
  /** Time in the current state, in milliseconds. */
  readonly age: number;
}

function machine(name: string, hall: string, age: number, more: Partial<Machine> = {}): Machine {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return { id, name, hall, isTls: true, condition: undefined, age, ...more };
}

const plain = { isTls: false };

/** The brokers of a fictional factory, the same in every run. */
export const MACHINES: readonly Machine[] = [
  machine("Press 1", "hall-1", 26 * DAY),
  machine("Press 2", "hall-1", 26 * DAY),
  machine("Press 3", "hall-1", 4 * DAY),
  machine("Press 4", "hall-1", 3 * DAY + 4 * HOUR),
  machine("Punch 1", "hall-1", 26 * DAY, plain),
  machine("Punch 2", "hall-1", 19 * DAY, plain),
  machine("Belt north", "hall-1", 26 * DAY, plain),
  machine("Belt south", "hall-1", 11 * HOUR, plain),
  machine("Crane 1", "hall-1", 12 * DAY),
  machine("Crane 2", "hall-1", 2 * HOUR + 12 * MINUTE, { ...plain, condition: "refused" }),
  machine("Lathe 1", "hall-2", 40 * DAY),
  machine("Lathe 2", "hall-2", 40 * DAY),
  machine("Lathe 3", "hall-2", 40 * DAY),
  machine("Mill 1", "hall-2", 8 * DAY),
  machine("Mill 2", "hall-2", 8 * DAY),
  machine("Mill 3", "hall-2", 51 * MINUTE),
  machine("Grinder", "hall-2", 33 * DAY, plain),
  machine("Coolant supply", "hall-2", 33 * DAY),
  machine("Tool store", "hall-2", 6 * DAY, { condition: "unknown-ca" }),
  machine("Kiln 1", "hall-3", 61 * DAY),
  machine("Kiln 2", "hall-3", 17 * MINUTE, { condition: "refused" }),
  machine("Oven 1", "hall-3", 61 * DAY),
  machine("Oven 2", "hall-3", 61 * DAY),
  machine("Paint robot 1", "hall-3", 15 * DAY),
  machine("Paint robot 2", "hall-3", 15 * DAY),
  machine("Drying tunnel", "hall-3", 5 * DAY, plain),
  machine("Exhaust air", "hall-3", 22 * DAY),
  machine("Packing 1", "dispatch", 9 * DAY),
  machine("Packing 2", "dispatch", 9 * DAY),
  machine("Packing 3", "dispatch", 38 * MINUTE, { ...plain, condition: "wrong-password" }),
  machine("Palletizer", "dispatch", 13 * DAY),
  machine("Weighbridge", "dispatch", 9 * HOUR, { condition: "expired" }),
  machine("Loading ramp", "dispatch", 30 * DAY, plain),
  machine("Gatehouse", "dispatch", 5 * HOUR, { ...plain, condition: "misspelt" }),
  machine("High-bay store", "dispatch", 47 * DAY),
  machine("Compressed air", "energy", 71 * DAY, { condition: "expires-soon" }),
  machine("Cooling water", "energy", 71 * DAY),
  machine("Transformer", "energy", 90 * DAY),
  machine("Solar roof", "energy", 3 * HOUR, plain),
  machine("Waste water", "energy", 28 * DAY),
  machine("Test bench", "laboratory", 2 * DAY, { ...plain, condition: "idle" }),
  machine("Climate chamber", "laboratory", 16 * DAY, { condition: "idle" }),
];

/** Brokers whose history is shown: each has its own process, which stops and restarts. */
export const WITH_HISTORY: readonly string[] = ["press-4", "kiln-2"];

/** A broker without a connection; one screenshot creates it. */
export const UNREGISTERED = machine("Laser cutter", "hall-2", 0, { condition: "unknown-ca" });

/** A reserved domain. */
const DOMAIN = "works.example";

/** The host of haltere in the screenshots. */
export const CONSOLE = `haltere.${DOMAIN}`;

export const hostOf = ({ id, hall, condition }: Machine): string =>
  condition === "misspelt" ? `${id}.${hall}.wroks.example` : `${id}.${hall}.${DOMAIN}`;

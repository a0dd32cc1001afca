import type { ChartPoint } from "../../ui/chart-data";
import type { TreeNode } from "../../ui/tree/tree-rows";

export interface Sample {
  readonly id: string;
  readonly name: string;
  /** The number of its kind. */
  readonly kind: number;
  readonly count: number;
}

/** Texts that must stay texts, wherever they are shown. */
const HOSTILE = [
  "<img src=x onerror=window.gotIn=1>",
  "</script><script>window.gotIn=1</script>",
  "\u202egnitsaeL",
  "{{constructor.constructor('window.gotIn=1')()}}",
  "W".repeat(200),
  "=cmd|' /C calc'!A0",
  "__proto__",
];

const LINES = Array.from({ length: 1_000 }, (_, index) => `Line ${Math.floor(index / 10)}, unit ${index % 10}`);

export const SAMPLES: readonly Sample[] = [...HOSTILE, ...LINES].map((name, index) => ({
  id: String(index),
  name,
  kind: index % 3,
  count: (index * 7_919) % 10_007,
}));

const leaf = (id: string, aside: string): TreeNode => ({ id, label: id.split("/").at(-1) ?? "", aside });

export const TREE: readonly TreeNode[] = [
  {
    id: "works",
    label: "works",
    aside: "3",
    children: [
      {
        id: "works/hall-1",
        label: "hall-1",
        aside: "2",
        children: [leaf("works/hall-1/temperature", "21.5"), leaf("works/hall-1/door", "0")],
      },
      { id: "works/hall-2", label: "hall-2", children: [] },
      {
        id: "works/sensors",
        label: "sensors",
        aside: "10000",
        children: Array.from({ length: 10_000 }, (_, index) => leaf(`works/sensors/s${index}`, String(index % 97))),
      },
    ],
  },
  {
    id: "hostile",
    label: "hostile",
    aside: "W".repeat(200),
    children: HOSTILE.map((text) => ({ id: `hostile/${text}`, label: text })),
  },
  leaf("status", "1"),
];

export const CODE =
  "mosquitto_sub --host press-4.works.example --port 8883 --cafile ca.pem --topic '$SYS/broker/version'";

const encoder = new TextEncoder();

export const PAYLOADS = {
  json: encoder.encode(JSON.stringify({ temperature: 21.5, unit: "°C", ok: true, tags: HOSTILE, none: null })),
  longJson: encoder.encode(JSON.stringify(Array.from({ length: 5_000 }, (_, index) => ({ index })))),
  plain: encoder.encode(`${HOSTILE.join("\n")}\n\u001b[31mred\u0000\u202eend`),
  binary: Uint8Array.from({ length: 20_000 }, (_, index) => (index * 37 + 128) % 256),
};

const MINUTE = 60_000;

/** An hour of two series, with a gap in each. */
export const POINTS: readonly ChartPoint[] = Array.from({ length: 60 }, (_, index) => {
  const from = Date.UTC(2026, 0, 1, 8) + index * MINUTE;
  const wave = (length: number) => Math.round(50 + 40 * Math.sin(index / length));
  return {
    from,
    to: from + MINUTE,
    values: [index > 20 && index < 26 ? null : wave(6), index > 40 && index < 44 ? null : wave(9)],
  };
});

import { encode } from "uqr";

import classes from "./QrCode.module.css";

/** The width of the light frame, in modules, without which readers don't find the code (ISO/IEC 18004). */
const FRAME = 4;

/** A text as a QR code, dark on light in every theme. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: FRAME });
  const modules = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className={classes.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect className={classes.light} width={size} height={size} />
      <path className={classes.dark} d={modules.join("")} shapeRendering="crispEdges" />
    </svg>
  );
}

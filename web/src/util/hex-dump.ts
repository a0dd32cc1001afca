const WIDTH = 16;

/** A line of a hex dump. */
export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  /** ASCII; a dot for each other byte. */
  readonly text: string;
}

/** The bytes as lines of sixteen, as `hexdump -C` prints them. */
export function hexDump(bytes: Uint8Array): HexLine[] {
  return Array.from({ length: Math.ceil(bytes.length / WIDTH) }, (_, line) => {
    const part = [...bytes.subarray(line * WIDTH, (line + 1) * WIDTH)];
    return {
      offset: toHex(line * WIDTH, 8),
      hex: part.map((byte, index) => (index === WIDTH / 2 ? ` ${toHex(byte, 2)}` : toHex(byte, 2))).join(" "),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(""),
    };
  });
}

const toHex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

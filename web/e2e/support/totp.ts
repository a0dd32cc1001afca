import { createHmac } from "node:crypto";

/** In milliseconds. */
const STEP = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The one-time password of a secret in base32 (RFC 6238), so many steps from now. A code is good once: the next one that is
 * accepted is that of a later step.
 */
export function oneTimePassword(secret: string, stepsAhead = 0): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP) + stepsAhead));
  const tag = createHmac("sha1", key).update(step).digest();
  const number = tag.readUInt32BE((tag.at(-1) ?? 0) & 0x0f) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

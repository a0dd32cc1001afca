import type { Socket } from "node:net";

import type { TcpServer } from "./tcp-server";
import { startTcpServer } from "./tcp-server";

/** A version for subscribers, a refusal of the CONNECT with a reason, or a refusal of the SUBSCRIBE. */
type Behavior =
  | { readonly version: string }
  | { readonly refusal: string }
  | { readonly onSubscribe: "ends the session" | "refuses" };

/** A broker that sends what Mosquitto never would. It implements the part of MQTT 5 and 3.1.1 that haltere uses. */
export async function startFakeBroker(behavior: Behavior): Promise<TcpServer> {
  return startTcpServer((socket) => serve(socket, behavior));
}

const [CONNECT, SUBSCRIBE, PINGREQ] = [1, 8, 12];
const [GRANTED, FAILURE, NOT_AUTHORIZED] = [0, 0x80, 0x87];
const VERSION = "$SYS/broker/version";

function serve(socket: Socket, behavior: Behavior): void {
  let buffer: Buffer = Buffer.alloc(0);
  let isV5 = true;
  socket.on("data", (data: Buffer) => {
    buffer = Buffer.concat([buffer, data]);
    for (let packet = take(); packet; packet = take()) answer(packet.type, packet.body);
  });

  function take(): { type: number; body: Buffer } | undefined {
    const { value: length, end } = varint(buffer, 1);
    if (end === undefined || buffer.length < end + length) return undefined;
    const packet = { type: (buffer[0] ?? 0) >> 4, body: buffer.subarray(end, end + length) };
    buffer = buffer.subarray(end + length);
    return packet;
  }

  function answer(type: number, body: Buffer): void {
    if (type === CONNECT) {
      // The protocol level follows the protocol name.
      isV5 = body[2 + body.readUInt16BE(0)] === 5;
      if ("refusal" in behavior) socket.end(packet(0x20, isV5 ? refusal(behavior.refusal) : Buffer.from([0, 5])));
      else socket.write(packet(0x20, Buffer.from(isV5 ? [0, 0, 0] : [0, 0])));
    }
    if (type === SUBSCRIBE && "onSubscribe" in behavior) {
      if (behavior.onSubscribe === "ends the session") socket.destroy();
      else socket.write(suback(body, isV5 ? NOT_AUTHORIZED : FAILURE));
    }
    if (type === SUBSCRIBE && "version" in behavior) {
      socket.write(suback(body, GRANTED));
      const payload = [text(VERSION), ...(isV5 ? [Buffer.from([0])] : []), Buffer.from(behavior.version)];
      socket.write(packet(0x31, Buffer.concat(payload)));
    }
    if (type === PINGREQ) socket.write(packet(0xd0, Buffer.alloc(0)));
  }

  /** The same reason code for each topic filter of a SUBSCRIBE. */
  function suback(body: Buffer, code: number): Buffer {
    const head = [body[0] ?? 0, body[1] ?? 0, ...(isV5 ? [0] : [])];
    return packet(0x90, Buffer.from([...head, ...topics(body, isV5).map(() => code)]));
  }
}

/** The offsets of the topic filters in a SUBSCRIBE. */
function topics(body: Buffer, isV5: boolean): number[] {
  const found: number[] = [];
  let at = 2;
  if (isV5) {
    const { value, end = at } = varint(body, at);
    at = end + value;
  }
  while (at < body.length) {
    found.push(at);
    at += 2 + body.readUInt16BE(at) + 1;
  }
  return found;
}

/** The rest of a refusing CONNACK with a reason string (MQTT 5 §3.2.2.3.9). */
function refusal(why: string): Buffer {
  const property = Buffer.concat([Buffer.from([0x1f]), text(why)]);
  return Buffer.concat([Buffer.from([0, NOT_AUTHORIZED]), length(property.length), property]);
}

function packet(head: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([head]), length(body.length), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Encodes a variable byte integer. */
function length(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.from(bytes);
}

/** Decodes a variable byte integer; without `end` if it is incomplete. */
function varint(bytes: Buffer, from: number): { value: number; end?: number } {
  let value = 0;
  for (let at = from; at < from + 4 && at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) << (7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value };
}

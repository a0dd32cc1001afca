import type { Machine } from "./demo-fleet";
import { hostOf } from "./demo-fleet";

/** The ports that screenshots show. */
const DISPLAYED_PORTS = { plain: 1883, tls: 8883 };

/**
 * Translates between the displayed host of a broker and its real address. Each has its own loopback address,
 * so that the translation is unambiguous.
 */
export class DisplayNames {
  readonly #addresses: ReadonlyMap<string, string>;

  constructor(
    private readonly machines: readonly Machine[],
    private readonly port: { plain: number; tls: number },
  ) {
    const halls = [...new Set(machines.map(({ hall }) => hall))];
    this.#addresses = new Map(
      machines.map((machine, index) => [machine.id, `127.20.${halls.indexOf(machine.hall) + 1}.${index + 11}`]),
    );
  }

  addressOf({ id }: Machine): string {
    return this.#addresses.get(id) ?? "";
  }

  /** The URL that haltere connects to. */
  urlOf(machine: Machine): string {
    if (machine.condition === "misspelt") return this.#shownUrl(machine);
    return `${scheme(machine)}://${this.addressOf(machine)}:${this.#ports(machine).real}`;
  }

  /** Replaces real names by displayed ones. */
  toDisplayed(text: string): string {
    let result = text;
    for (const machine of this.machines) result = result.replaceAll(this.urlOf(machine), this.#shownUrl(machine));
    // As whole words: no other number in a response is equal.
    return result
      .replaceAll(new RegExp(`\\b${this.port.plain}\\b`, "g"), String(DISPLAYED_PORTS.plain))
      .replaceAll(new RegExp(`\\b${this.port.tls}\\b`, "g"), String(DISPLAYED_PORTS.tls))
      .replaceAll("127.20.", "10.20.");
  }

  /** Replaces displayed names by real ones. */
  toReal(text: string): string {
    let result = text;
    for (const machine of this.machines) result = result.replaceAll(this.#shownUrl(machine), this.urlOf(machine));
    return result;
  }

  #shownUrl(machine: Machine): string {
    return `${scheme(machine)}://${hostOf(machine)}:${this.#ports(machine).shown}`;
  }

  #ports({ isTls }: Machine): { real: number; shown: number } {
    const kind = isTls ? "tls" : "plain";
    return { real: this.port[kind], shown: DISPLAYED_PORTS[kind] };
  }
}

const scheme = ({ isTls }: Machine): string => (isTls ? "mqtts" : "mqtt");

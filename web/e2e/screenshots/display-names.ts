import type { Machine } from "./demo-fleet";
import { hostOf } from "./demo-fleet";

/** The ports that pictures show. */
const DISPLAYED_PORTS = { plain: 1883, tls: 8883 };

/**
 * What a broker is called in the pictures, and where it really is: each has a loopback address of its own,
 * so that neither is ever taken for another.
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

  /** Where haltere is told that it is. */
  urlOf(machine: Machine): string {
    if (machine.condition === "misspelt") return this.#shownUrl(machine);
    return `${scheme(machine)}://${this.addressOf(machine)}:${this.#ports(machine).real}`;
  }

  /** A text of haltere's with the names of the pictures. */
  toDisplayed(text: string): string {
    let said = text;
    for (const machine of this.machines) said = said.replaceAll(this.urlOf(machine), this.#shownUrl(machine));
    // As words of their own: nothing else that is told has such numbers.
    return said
      .replaceAll(new RegExp(`\\b${this.port.plain}\\b`, "g"), String(DISPLAYED_PORTS.plain))
      .replaceAll(new RegExp(`\\b${this.port.tls}\\b`, "g"), String(DISPLAYED_PORTS.tls))
      .replaceAll("127.20.", "10.20.");
  }

  /** A text of the console's with what haltere can dial. */
  toReal(text: string): string {
    let meant = text;
    for (const machine of this.machines) meant = meant.replaceAll(this.#shownUrl(machine), this.urlOf(machine));
    return meant;
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

import { expect, test } from "vitest";

import { isTls, urlFault } from "./broker-url";

test.each([
  ["mqtt://broker", undefined],
  [" mqtts://broker.example:8883/ ", undefined],
  ["ws://[::1]:8080/mqtt", undefined],
  ["", "empty"],
  ["broker:1883", "scheme"],
  ["http://broker", "scheme"],
  ["mqtt://", "host"],
  ["mqtt://:1883", "host"],
  ["mqtt://broker:0", "port"],
  ["mqtt://broker:70000", "port"],
  ["mqtt://broker:x", "port"],
  ["mqtt://me:secret@broker", "userinfo"],
  ["ws://broker/a#b", "fragment"],
])("%s", (url, fault) => {
  expect(urlFault(url)).toBe(fault);
});

test("TLS schemes are recognized", () => {
  expect(["mqtts://a", "WSS://a", "ssl://a", "tls://a"].every(isTls)).toBe(true);
  expect(["mqtt://a", "ws://a", "tcp://a", "mqtts"].some(isTls)).toBe(false);
});

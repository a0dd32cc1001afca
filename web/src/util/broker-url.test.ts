import { expect, test } from "vitest";

import { hostOf, isTls, suggestUrl, urlFault, withScheme } from "./broker-url";

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

test("a host without a scheme becomes a URL by its port", () => {
  expect(suggestUrl("broker.example")).toBe("mqtts://broker.example:8883");
  expect(suggestUrl(" press-4:1883 ")).toBe("mqtt://press-4:1883");
  expect(suggestUrl("[::1]:9001")).toBe("ws://[::1]:9001");
  expect(suggestUrl("10.0.0.7:18831")).toBe("mqtts://10.0.0.7:18831");
  for (const text of ["", "mqtt://a", "a b", "me@host", "a:70000", "http://x", "-"]) {
    expect(suggestUrl(text), text).toBeUndefined();
  }
});

test("the host of a URL is found while it is typed", () => {
  expect(hostOf("mqtts://broker.example:8883/path")).toBe("broker.example");
  expect(hostOf("mqtt://[::1]:1883")).toBe("::1");
  expect(hostOf("mqtt://bro")).toBe("bro");
  for (const text of ["", "broker.example", "mqtt://", "mqtt://me:secret@host"]) expect(hostOf(text), text).toBe("");
});

test("a URL with another scheme keeps its host, and its port unless that is the default one", () => {
  for (const [url, scheme, expected] of [
    ["mqtt://a", "mqtts", "mqtts://a"],
    ["mqtt://a:1883", "mqtts", "mqtts://a:8883"],
    ["mqtt://a:1884", "mqtts", "mqtts://a:1884"],
    ["TCP://[::1]:1883/", "mqtts", "mqtts://[::1]:8883"],
    ["ssl://a:8883", "mqtt", "mqtt://a:1883"],
    ["tls://a:8883", "mqtts", "tls://a:8883"],
    ["ws://a:80/mqtt?x=1", "wss", "wss://a:443/mqtt?x=1"],
    ["wss://a/mqtt", "mqtts", "mqtts://a"],
    ["mqtt://a", "wss", "wss://a"],
    ["nonsense", "wss", "nonsense"],
  ] as const) {
    expect(withScheme(url, scheme), url).toBe(expected);
  }
});

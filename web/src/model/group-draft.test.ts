import { expect, test } from "vitest";

import {
  differingGroupSettings,
  EMPTY_GROUP,
  rebaseGroup,
  toGroupChange,
  toGroupDraft,
  toNewGroup,
} from "./group-draft";

const BASE = toGroupDraft({
  name: "Night shift",
  role: "viewer",
  users: ["ann", "bob"],
  connections: ["a", "b"],
  narrows: true,
});

test("a new group is sent without what is empty", () => {
  expect(toNewGroup({ ...EMPTY_GROUP, name: " Night shift ", label: " site=graz ", description: " " })).toEqual({
    name: "Night shift",
    role: "viewer",
    users: [],
    connections: [],
    label: "site=graz",
    narrows: true,
  });
  expect(toNewGroup({ ...EMPTY_GROUP, name: "Empty" }).narrows).toBe(false);
});

test("a change has only what differs, and always whether the group narrows", () => {
  expect(toGroupChange({ ...BASE, users: ["bob", "ann"], label: " " }, BASE)).toEqual({});
  expect(toGroupChange({ ...BASE, role: "editor" }, BASE)).toEqual({ role: "editor", narrows: true });
  expect(toGroupChange({ ...BASE, connections: [] }, BASE)).toEqual({ connections: [], narrows: true });
  expect(toGroupChange({ ...BASE, connections: [], narrows: false }, BASE)).toEqual({
    connections: [],
    narrows: false,
  });
});

test("what another user has changed is kept where the draft does not change it", () => {
  const latest = { ...BASE, role: "editor", users: ["ann"] };
  expect(differingGroupSettings(BASE, latest)).toEqual(["role", "users"]);
  const draft = { ...BASE, users: ["ann", "bob", "nina"], label: "site=graz" };
  expect(rebaseGroup(draft, BASE, latest)).toEqual({ ...draft, role: "editor" });
});

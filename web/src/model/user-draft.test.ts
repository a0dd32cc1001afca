import { expect, test } from "vitest";

import type { User } from "../api/schema";
import { differingSettings, rebase, toUndo, toUserChange, toUserDraft } from "./user-draft";

const ANN: User = {
  username: "ann",
  roles: ["viewer"],
  disabled: false,
  mustChangePassword: false,
  hasPassword: true,
  secondFactor: false,
};

test("only what differs is changed", () => {
  const draft = toUserDraft(ANN);
  expect(toUserChange(draft, ANN)).toEqual({});
  expect(toUserChange({ ...draft, roles: ["viewer"] }, ANN)).toEqual({});
  expect(toUserChange({ ...draft, roles: ["editor"], disabled: true }, ANN)).toEqual({
    roles: ["editor"],
    disabled: true,
  });
});

test("with a new password it is said whether another one is due", () => {
  const due = { ...ANN, mustChangePassword: true };
  const draft = { ...toUserDraft(due), password: "salt on the breeze" };
  expect(toUserChange(draft, due)).toEqual({ password: "salt on the breeze", mustChangePassword: true });
});

test("an undo restores what was changed, and nothing else", () => {
  expect(toUndo({ roles: ["editor"], mustChangePassword: true }, ANN)).toEqual({
    roles: ["viewer"],
    mustChangePassword: false,
  });
});

test("changes of another user are taken over where the draft has none of its own", () => {
  const latest = { ...ANN, roles: ["admin"], disabled: true };
  expect(differingSettings(ANN, latest)).toEqual(["roles", "disabled"]);
  const draft = { ...toUserDraft(ANN), roles: ["viewer", "editor"], password: "salt on the breeze" };
  expect(rebase(draft, ANN, latest)).toEqual({ ...draft, disabled: true });
});

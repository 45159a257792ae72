// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { Problem } from "../api/problem";
import { sessionEndReason } from "./end-reason";

it.each(["lease-lapsed", "token-expired", "token-deleted", "invalid-token"])(
  "the reason for %s does not mention tokens",
  (name) => {
    expect(sessionEndReason(new Problem(name, 401, "", "The token is unknown."))).toMatch(
      /^(?!.*token)(You were signed out after|Your session has ended)/i,
    );
  },
);

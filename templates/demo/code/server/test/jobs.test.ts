import { expect, test } from "vitest";
import { requestHash } from "../src/api/jobs/create.js";
import { backoffSeconds } from "../src/queue/backoff.js";

test("a key that is used again with another body does not look the same", () => {
  expect(requestHash("mail", { to: "a" })).not.toBe(requestHash("mail", { to: "b" }));
});

test("the third wait is the longest", () => {
  expect([1, 2, 3, 9].map(backoffSeconds)).toEqual([1, 5, 25, 25]);
});

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Refuses } from "../../../../conformance/run/outcome.ts";
import type { RawResponse } from "../../../../packages/verify/test/contract/raw-request.ts";
import type { Arrived } from "./composed-gate.ts";
import type { Difference } from "./differences.ts";

/** A file of `conformance/`. */
export function readFile<File>(name: string): File {
  return JSON.parse(
    readFileSync(new URL(`../../../../conformance/${name}.json`, import.meta.url), "utf8"),
  ) as File;
}

export type WithVerdict<Vector, Accepts> = Vector & {
  readonly accepts?: Accepts;
  readonly refuses?: Refuses;
};

/** The result of a request through the gate. */
export interface Answered {
  readonly response: RawResponse;
  readonly arrived: readonly Arrived[];
}

/** The refusal to the byte, and nothing reached the backend. */
export function expectRefused(answered: Answered, refuses: Refuses): void {
  expect(refusalIn(answered)).toEqual(refuses);
}

/** What the client got. Nothing reached the backend. */
export function refusalIn({ response: { status, headers, body }, arrived }: Answered): Refuses {
  expect(arrived).toEqual([]);
  expect(headers["content-type"]).toBe("application/problem+json");
  return {
    code: JSON.parse(body).code,
    status,
    challenge: headers["www-authenticate"] ?? null,
    retryAfter: headers["retry-after"] ?? null,
    body,
  };
}

/** The gate's own answer, and nothing reached the backend. */
export function expectDifference({ response, arrived }: Answered, { status, code }: Difference): void {
  expect([response.status, JSON.parse(response.body).code]).toEqual([status, code]);
  expect(arrived).toEqual([]);
}

/** Exactly one request reached the backend. */
export function expectAdmitted({ response, arrived }: Answered): Arrived {
  expect(response.status, response.body).toBe(200);
  expect(arrived).toHaveLength(1);
  return arrived[0] as Arrived;
}

/** A header in which the gate tells an id. */
export function idIn({ headers }: Arrived, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? decodeURIComponent(value) : undefined;
}

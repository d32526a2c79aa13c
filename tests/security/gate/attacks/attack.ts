import type { Person } from "../support/people.ts";

/** Bytes for one connection, and what of them may arrive. */
export interface Attack {
  /** Unique in the table. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The bodies that a backend may get, whole or cut short. */
  readonly bodies: readonly string[];
  /** How many requests may arrive. Default: 1. */
  readonly requests: number;
}

/** The body of every request with one, unless its attack is about bodies. */
export const ordinaryBody = JSON.stringify({ title: "milk" });

/** A request, to the byte. Each character is one byte. */
export function attack(
  name: string,
  text: string,
  { bodies = [""], requests = 1 }: Partial<Pick<Attack, "bodies" | "requests">> = {},
): Attack {
  return { name, bytes: Buffer.from(text, "latin1"), bodies, requests };
}

export const bearer = ({ token }: Person) => `Authorization: Bearer ${token}`;

/** A whole request with this start line and these header lines, which asks for the end of the connection. */
export function message(startLine: string, lines: readonly string[], body = ""): string {
  const length = body === "" ? [] : ["Content-Type: application/json", `Content-Length: ${body.length}`];
  return [startLine, "Host: 127.0.0.1", ...lines, ...length, "Connection: close", "", body].join("\r\n");
}

export function getRequest(target: string, ...lines: readonly string[]): string {
  return message(`GET ${target} HTTP/1.1`, lines);
}

export function post(target: string, ...lines: readonly string[]): string {
  return message(`POST ${target} HTTP/1.1`, lines, ordinaryBody);
}

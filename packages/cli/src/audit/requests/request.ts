import { type Operation, ownersInPath, parameterInPath } from "../../openapi/operation.ts";
import type { AuditRequest } from "../http/send.ts";
import { sampleBody, sampleParameter } from "./sample.ts";

/** The values for the parameters of a request. */
export interface Values {
  /** For the parameters that name the owner, by name. */
  readonly owners: ReadonlyMap<string, string>;
  /** For the other path parameters, by name. */
  readonly objects: ReadonlyMap<string, string>;
}

/** A segment of a path, percent-encoded. */
export interface Segment {
  readonly text: string;
  readonly kind: "fixed" | "owner" | "object";
}

/** How a request differs from the documented one. */
export interface Difference {
  /** Joins the segments to a path. Default: a slash before each. */
  readonly spell?: ((segments: readonly Segment[]) => string) | undefined;
  /** The only owner parameter whose segment has the kind "owner". Default: every owner parameter. */
  readonly spelled?: string | undefined;
  readonly method?: AuditRequest["method"] | undefined;
  /** In addition to those that the operation needs. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Query parameters to add or to replace. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Fields to add to a form. Other bodies stay as they are. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  /** What to write into every free text of the body. Default: "string". */
  readonly word?: string | undefined;
}

/**
 * Builds a request that fits the document: with every required parameter, every parameter that names the
 * owner, and the body.
 *
 * @param base A prefix for the path.
 */
export function buildRequest(
  operation: Operation,
  base: string,
  values: Values,
  difference: Difference = {},
): AuditRequest {
  const { spell = plainPath, method = operation.method, headers = {} } = difference;
  const inPlace = (place: string) =>
    operation.parameters
      .filter((parameter) => parameter.in === place && (parameter.required || parameter.owner !== undefined))
      .map((parameter) => {
        const value = values.owners.get(parameter.name) ?? sampleParameter(parameter, operation);
        return [parameter.name, value] as const;
      });
  const query = encodedPairs([...new Map([...inPlace("query"), ...entriesOf(difference.query)])], "&");
  const cookies = encodedPairs(inPlace("cookie"), "; ");
  return {
    method,
    path: base + spell(segmentsOf(operation, values, difference.spelled)) + (query && `?${query}`),
    headers: {
      ...Object.fromEntries(
        inPlace("header").map(([name, value]) => [name.toLowerCase(), encodeURI(value.toWellFormed())]),
      ),
      ...(cookies && { cookie: cookies }),
      ...(operation.body !== undefined && { "content-type": operation.body.mediaType }),
      ...headers,
    },
    body: bodyOf(operation, difference),
  };
}

/** The path as documented. */
export function plainPath(segments: readonly Segment[]): string {
  return segments.map(({ text }) => `/${text}`).join("");
}

function segmentsOf(operation: Operation, { owners, objects }: Values, spelled?: string): Segment[] {
  const names = new Set(ownersInPath(operation).map(({ name }) => name));
  const isSpelled = (name: string) => names.has(name) && (spelled ?? name) === name;
  const fill = (name: string) => encodeText((names.has(name) ? owners : objects).get(name) ?? "");
  return operation.path
    .replace(/^\//, "")
    .split("/")
    .map((template) => {
      const [, name] = /^\{([^{}]+)\}$/.exec(template) ?? [];
      const kind = name === undefined ? "fixed" : isSpelled(name) ? "owner" : "object";
      const text = sendable(template).replaceAll(parameterInPath, (_, found: string) => fill(found));
      return { text, kind };
    });
}

/** Percent-encodes what a request line cannot contain (RFC 3986 section 2.1), except names in braces. */
function sendable(template: string): string {
  return template
    .split(/(\{[^{}]+\})/)
    .map((part) => (part.startsWith("{") ? part : part.replaceAll(/[^\x21-\x7e]+/g, encodeText)))
    .join("");
}

function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function encodedPairs(pairs: readonly (readonly [string, string])[], separator: string): string {
  return pairs.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).join(separator);
}

function entriesOf(pairs: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(pairs);
}

/** Whether the body is a form that is sent as text. */
export function takesForm({ body }: Operation): boolean {
  return body?.mediaType.startsWith("application/x-www-form-urlencoded") === true;
}

/** The body as JSON or as a form; empty for every other media type. */
function bodyOf(operation: Operation, { word, form }: Difference): string | undefined {
  const { body } = operation;
  if (body === undefined || operation.method === "GET" || operation.method === "HEAD") return undefined;
  const sample = sampleBody(body, operation, word);
  if (/json/i.test(body.mediaType)) return JSON.stringify(sample);
  if (!takesForm(operation) || typeof sample !== "object" || sample === null) return "";
  const fields = Object.entries(sample).map(([name, value]) => [name, String(value)] as const);
  return encodedPairs([...new Map([...fields, ...entriesOf(form)])], "&");
}

import type { Members } from "./document.ts";

/** The audited methods. OPTIONS is left out because a CORS preflight has no token, and so is TRACE. */
export const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof methods)[number];

/** Whether a method only reads (RFC 9110 section 9.2.1). */
export function isSafe(method: Method): boolean {
  return method === "GET" || method === "HEAD";
}

/** A documented parameter, with its reference resolved. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  /** Whether its value is the user's id. */
  readonly isOwner: boolean;
  /** The document's example, if it has one. */
  readonly example: unknown;
  readonly schema: unknown;
}

/** The documented request body. */
export interface Body {
  readonly mediaType: string;
  readonly example: unknown;
  readonly schema: unknown;
}

/** One operation of the document. */
export interface Operation {
  /** Its name in reports: method and path. */
  readonly label: string;
  readonly method: Method;
  /** The documented path, with parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  /** Whether the document says that it needs no token. */
  readonly isPublic: boolean;
  /** The whole document, to resolve references in schemas. */
  readonly root: Members;
}

/** The path parameters that name the user. */
export function ownersInPath({ parameters }: Operation): Parameter[] {
  return parameters.filter((parameter) => parameter.in === "path" && parameter.isOwner);
}

/** The path parameters that do not name the user. */
export function objectsInPath({ parameters }: Operation): Parameter[] {
  return parameters.filter((parameter) => parameter.in === "path" && !parameter.isOwner);
}

/** A parameter of a documented path, in braces. */
export const parameterInPath: RegExp = /\{([^{}]+)\}/g;

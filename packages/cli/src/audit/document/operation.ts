import type { Members } from "./document.ts";

/** The methods that are audited. OPTIONS is CORS, which has no token; TRACE has no business in an API. */
export const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof methods)[number];

/** RFC 9110 section 9.2.1: methods that ask for no change. */
export function isSafe(method: Method): boolean {
  return method === "GET" || method === "HEAD";
}

/** A parameter as documented, its reference followed. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  /** Whether its value is the user's own id. */
  readonly isOwner: boolean;
  /** The example, where the document has one. */
  readonly example: unknown;
  readonly schema: unknown;
}

/** The body as documented. */
export interface Body {
  readonly mediaType: string;
  readonly example: unknown;
  readonly schema: unknown;
}

/** One operation of the document. */
export interface Operation {
  /** What reports call it: method and path. */
  readonly label: string;
  readonly method: Method;
  /** As documented, with its parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  /** Whether the document itself says that it needs no token. */
  readonly isPublic: boolean;
  /** For schemas, whose references lead into it. */
  readonly root: Members;
}

/** The parameters of the path that name the user. */
export function ownersInPath({ parameters }: Operation): Parameter[] {
  return parameters.filter((parameter) => parameter.in === "path" && parameter.isOwner);
}

/** The parameters of the path that name anything else. */
export function objectsInPath({ parameters }: Operation): Parameter[] {
  return parameters.filter((parameter) => parameter.in === "path" && !parameter.isOwner);
}

/** A parameter in a documented path, in its braces. */
export const parameterInPath: RegExp = /\{([^{}]+)\}/g;

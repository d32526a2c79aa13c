import type { Members } from "./document.ts";
import type { StatedRules } from "./stated-rules.ts";

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
  /** The claim that its value must equal, such as `sub`: it names who the path belongs to. */
  readonly owner: string | undefined;
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
  /** What the document says of the guard. */
  readonly stated: StatedRules;
  /** The whole document, to resolve references in schemas. */
  readonly root: Members;
}

/** A parameter whose value must equal a claim. */
export type OwnerParameter = Parameter & { readonly owner: string };

/** The parameters that name the owner, wherever they are. */
export function ownersOf({ parameters }: Operation): OwnerParameter[] {
  return parameters.filter((parameter): parameter is OwnerParameter => parameter.owner !== undefined);
}

/** The path parameters that name the owner. */
export function ownersInPath(operation: Operation): OwnerParameter[] {
  return ownersOf(operation).filter((parameter) => parameter.in === "path");
}

/** The path parameters that do not name the owner. */
export function objectsInPath({ parameters }: Operation): Parameter[] {
  return parameters.filter((parameter) => parameter.in === "path" && parameter.owner === undefined);
}

/** A parameter of a documented path, in braces. */
export const parameterInPath: RegExp = /\{([^{}]+)\}/g;

import { queryFault } from "./query.ts";
import { segmentFault } from "./segment.ts";

/** A request target that everyone reads in the same way. */
export interface Target {
  /** The canonical path, percent-encoded. Begins with a slash. What is sent to the backend. */
  readonly path: string;
  /** The path's segments, decoded once. The root is `[""]`; a trailing slash is an empty last segment. */
  readonly segments: readonly string[];
  /** Empty, or the query with its question mark, as it was sent. */
  readonly query: string;
}

/** Why a target is rejected. */
export interface TargetFault {
  /** One sentence for the log. No part of the request is in it. */
  readonly fault: string;
}

/** Characters. Many servers have a limit near this one. */
const maxPathLength = 8_192;

/**
 * Unreserved characters and slashes, which need no decoding: almost every path. No empty segments, and none
 * that ends in a dot.
 */
const plain = /^(?:\/\.*[A-Za-z0-9_~-]+(?:\.+[A-Za-z0-9_~-]+)*)*\/?$/;

/**
 * Reads a request target, once: the segments are what is judged, and the path, which decodes to exactly these
 * segments, is what the backend gets. A target that some server would read in another way is rejected.
 *
 * Only the spelling is made canonical (RFC 3986 section 6.2.2): encoded unreserved characters are decoded,
 * other escapes are in upper case, and ASCII characters that a path may not have are encoded. `+` is encoded
 * as well, because some servers read it as a space. Nothing is removed and nothing is resolved.
 *
 * @param raw The target as it was sent: path and query, without a scheme and a host (RFC 9112 section 3.2.1).
 */
export function readTarget(raw: string): Target | TargetFault {
  const mark = raw.indexOf("?");
  const rawPath = mark === -1 ? raw : raw.slice(0, mark);
  const query = mark === -1 ? "" : raw.slice(mark);
  if (!rawPath.startsWith("/")) return { fault: "The target does not begin with a slash." };
  if (rawPath.length > maxPathLength) return { fault: "The path is too long." };
  if (query !== "") {
    const fault = queryFault(query);
    if (fault !== undefined) return { fault };
  }
  const rawSegments = rawPath.slice(1).split("/");
  if (plain.test(rawPath)) return { path: rawPath, segments: rawSegments, query };
  return readSegments(rawPath, rawSegments, query);
}

/** Whether a target was sent in its canonical form, so that nothing is lost if it is passed on as it is. */
export function isCanonical(raw: string, target: Target): boolean {
  return raw === target.path + target.query;
}

function readSegments(rawPath: string, rawSegments: readonly string[], query: string): Target | TargetFault {
  if (/[^!-~]/.test(rawPath)) return { fault: "The path has a space, a control or a non-ASCII character." };
  if (rawPath.includes("#")) return { fault: "The target has a fragment." };
  const segments: string[] = [];
  for (const [index, rawSegment] of rawSegments.entries()) {
    const segment = decode(rawSegment);
    if (segment === undefined) return { fault: "An escape in the path is invalid, or is not UTF-8." };
    const isLast = index === rawSegments.length - 1;
    const fault = segment === "" && isLast ? undefined : segmentFault(segment);
    if (fault !== undefined) return { fault };
    segments.push(segment);
  }
  const path = `/${rawSegments.map(canonicalSegment).join("/")}`;
  return path.length > maxPathLength ? { fault: "The path is too long." } : { path, segments, query };
}

/** Undefined if an escape is invalid or what it encodes is not UTF-8: overlong forms and surrogates are not. */
function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function canonicalSegment(segment: string): string {
  return segment
    .replace(/%[0-9A-Fa-f]{2}/g, canonicalEscape)
    .replace(/[^A-Za-z0-9._~!$&'()*,=:@%-]/g, (character) => escapeOf(character.charCodeAt(0)));
}

function canonicalEscape(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase();
}

function escapeOf(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

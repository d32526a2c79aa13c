import { posix } from "node:path";
import type { Recording } from "../backends/recording.ts";

/** A path as some server or framework reads it. */
export interface Reading {
  readonly by: string;
  readonly segments: readonly string[];
}

/**
 * Every way in which a backend may read the path of a request. Nothing here is shared with the gate: these
 * are the habits of servers and frameworks.
 */
export function readingsOf({ target, path }: Recording): Reading[] {
  const raw = pathOf(target);
  const readings: (readonly [by: string, segments: readonly string[]])[] = [
    ["Express: split, then decode each segment", raw.split("/").map(decodeOnce)],
    ["decode, then split", decodeOnce(raw).split("/")],
    ["WHATWG URL", decodeOnce(urlPath(target)).split("/")],
    ["remove dot segments, then decode", posix.normalize(raw).split("/").map(decodeOnce)],
    ["decode, then remove dot segments", normalized(decodeOnce(raw))],
    ["decode twice", normalized(decodeOnce(decodeOnce(raw)))],
    ["servlet: without matrix parameters", normalized(decodeOnce(raw.replaceAll(/;[^/]*/g, "")))],
    ["backslash as slash", normalized(decodeOnce(raw).replaceAll("\\", "/"))],
    ["C string: up to NUL", normalized(decodeOnce(raw).split("\0", 1)[0] as string)],
    ["lenient UTF-8", normalized(overlong(raw))],
  ];
  if (path !== undefined) readings.push(["ASGI: the decoded path", path.split("/")]);
  return readings.map(([by, segments]) => ({ by, segments }));
}

function pathOf(target: string): string {
  return target.split(/[?#]/, 1)[0] as string;
}

/** Escapes that are not UTF-8 stay as they are. */
function decodeOnce(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** As C code decodes: an overlong sequence is the character that its bits are. */
function overlong(text: string): string {
  const bits = (byte: string) => Number.parseInt(byte, 16) & 0x3f;
  return decodeOnce(
    text
      .replaceAll(/%c([01])%([89ab][0-9a-f])/gi, (_, first: string, second: string) =>
        String.fromCharCode((Number(first) << 6) | bits(second)),
      )
      .replaceAll(/%e0%([89][0-9a-f])%([89ab][0-9a-f])/gi, (_, second: string, third: string) =>
        String.fromCharCode((bits(second) << 6) | bits(third)),
      ),
  );
}

function urlPath(target: string): string {
  return URL.parse(target, "http://backend.example")?.pathname ?? target;
}

function normalized(path: string): readonly string[] {
  return posix.normalize(path).split("/");
}

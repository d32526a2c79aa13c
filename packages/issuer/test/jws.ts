import { createHmac } from "node:crypto";

/** Decodes a compact JWS without the code under test. */
export function readJws(token: string): {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
} {
  const [header = "", payload = ""] = token.split(".");
  return { header: parse(header), payload: parse(payload) };
}

export function signedWith(token: string, secret: string): boolean {
  const dot = token.lastIndexOf(".");
  return (
    createHmac("sha256", secret).update(token.slice(0, dot)).digest("base64url") === token.slice(dot + 1)
  );
}

function parse(segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, "base64url").toString("utf8"));
}

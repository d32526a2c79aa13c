/** A decoded token. It is not verified: the API does that. */
export type TokenParts = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  signature: string;
};

/** Undefined if the text is not three segments, the first two of which are JSON objects. */
export function readToken(token: string): TokenParts | undefined {
  const [header, claims, signature, ...rest] = token.split(".");
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const parts = { header: readObject(header), claims: readObject(claims), signature };
  return parts.header && parts.claims ? { header: parts.header, claims: parts.claims, signature } : undefined;
}

/** The start and end of a long text: enough to recognise it, too little to use it. */
export function shorten(text: string, beginning = 6, end = 4): string {
  return text.length > beginning + end + 1 ? `${text.slice(0, beginning)}…${text.slice(-end)}` : text;
}

function readObject(segment: string): Record<string, unknown> | undefined {
  try {
    const bytes = Uint8Array.from(atob(segment.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

import { tamperSignature } from "./tamper.ts";

/** The kinds of requests that the inspector sends. */
export type ProbeKind = "valid" | "none" | "tampered" | "other-user";

export const probes: { kind: ProbeKind; label: string; hint: string }[] = [
  { kind: "valid", label: "With the token", hint: "Your token, your path" },
  { kind: "none", label: "Without a token", hint: "No Authorization header" },
  { kind: "tampered", label: "Tampered signature", hint: "One character changed" },
  { kind: "other-user", label: "Another user's path", hint: "Your token, their path" },
];

export type ProbeRequest = {
  url: string;
  token: string | undefined;
  /** A description of what was changed in the token. */
  change?: string;
};

type Context = { apiUrl: string; userId: string; token: string };

export function probeRequest(kind: ProbeKind, { apiUrl, userId, token }: Context): ProbeRequest {
  const url = (owner: string): string => {
    const base = apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`;
    return new URL(`api/${encodeURIComponent(owner)}/tasks?limit=1`, base).href;
  };
  switch (kind) {
    case "valid":
      return { url: url(userId), token };
    case "none":
      return { url: url(userId), token: undefined };
    case "tampered": {
      const tampered = tamperSignature(token);
      if (tampered === undefined) throw new Error("The token has no signature to change");
      const { position, was, is } = tampered;
      return {
        url: url(userId),
        token: tampered.token,
        change: `character ${position} of the signature, ${was} → ${is}`,
      };
    }
    case "other-user":
      return { url: url("another-user"), token };
  }
}

export type ProbeResponse = {
  status: number;
  statusText: string;
  challenge: string | null;
  contentType: string | null;
  requestId: string | null;
  body: string;
};

/** Plain `fetch`, so that the response is shown unchanged. It follows no redirect. */
export async function sendProbe({ url, token }: ProbeRequest): Promise<ProbeResponse> {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  return {
    status: response.status,
    statusText: response.statusText,
    challenge: response.headers.get("www-authenticate"),
    contentType: response.headers.get("content-type"),
    requestId: response.headers.get("x-request-id"),
    body: prettyJson(await response.text()),
  };
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

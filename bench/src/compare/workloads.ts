import { makeTokens } from "../tokens.ts";

/** What the app under comparison is started with. */
export interface ServerSettings {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  /** The verifier's option of that name. */
  readonly cache: number | false;
  readonly revocations: boolean;
}

export interface Workload {
  readonly title: string;
  readonly settings: ServerSettings;
  /** As they are sent, without a body. */
  readonly requests: readonly string[];
}

const cacheSize = 10_000;

/** The first two decide about a trick; the others show what it does where those two do not reach it. */
export function workloads(): readonly Workload[] {
  const { issuer, tokens } = makeTokens("HS256", 530, 1000);
  const settings = { secret: issuer.secret, issuer: issuer.issuer, audience: issuer.audience };
  const requests = tokens.map((token, number) => {
    const path = `/api/user-${String(number).padStart(8, "0")}/tasks`;
    return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  });
  const cached = { ...settings, cache: cacheSize, revocations: false };
  return [
    { title: "one token", settings: cached, requests: requests.slice(0, 1) },
    { title: "1,000 tokens", settings: cached, requests },
    { title: "1,000 with revocations", settings: { ...cached, revocations: true }, requests },
    { title: "1,000 without cache", settings: { ...cached, cache: false }, requests },
  ];
}

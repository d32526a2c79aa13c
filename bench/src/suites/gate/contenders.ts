import {
  type GuardSettings,
  type RunningGuard,
  startGate,
  startOathkeeper,
  startOauth2Proxy,
} from "./guards.ts";
import { findPeer, type Peer, peers } from "./programs.ts";
import { startServer } from "./started.ts";
import type { Question } from "./workloads.ts";

/** Something that requests can be sent through, or that another proxy can ask. */
export interface Contender {
  readonly name: string;
  /** Whether it checks tokens. */
  readonly guards: boolean;
  readonly start: (settings: GuardSettings) => Promise<RunningGuard>;
  /** Why it cannot be started on this machine. */
  readonly missing?: () => string | undefined;
  /** How it is asked about a request to this path, where it answers other proxies. */
  readonly answer?: {
    /** The question of a proxy that sends a header for each fact. */
    readonly ask: (path: string, method: string) => Question;
    /** The path that nginx asks, in its own notation. */
    readonly nginxPath: string;
    /** Response headers that go to the API. */
    readonly identity: readonly string[];
  };
}

const identity = ["user", "session", "organization", "client", "claims"].map((name) => `X-Usher-${name}`);
const askByHeaders = (path: string) => (uri: string, method: string) => ({
  path,
  headers: { "x-original-method": method, "x-original-uri": uri },
});

const usher: Contender = {
  name: "usher",
  guards: true,
  start: (settings) => startGate(settings),
  answer: { ask: askByHeaders("/.usher/auth"), nginxPath: "/.usher/auth/nginx", identity },
};

const oathkeeper: Contender = {
  name: "Oathkeeper",
  guards: true,
  start: startOathkeeper,
  missing: () => missingPeer(peers.oathkeeper),
  answer: {
    ask: (path) => ({ path: `/decisions${path}` }),
    nginxPath: "/decisions$request_uri",
    identity: ["X-User"],
  },
};

const oauth2Proxy: Contender = {
  name: "oauth2-proxy",
  guards: true,
  start: startOauth2Proxy,
  missing: () => missingPeer(peers.oauth2Proxy),
  answer: {
    ask: askByHeaders("/oauth2/auth"),
    nginxPath: "/oauth2/auth",
    identity: ["X-Auth-Request-User"],
  },
};

const unguarded = (name: string, server: string): Contender => ({
  name,
  guards: false,
  start: ({ apiPort }) => startServer(server, "measured", `http://127.0.0.1:${apiPort}`),
});

/** Contenders that requests go through. The first one is what the others are compared with. */
export const proxies: readonly Contender[] = [
  unguarded("the gate's engine alone", "engine"),
  usher,
  { name: "the gate, public routes", guards: false, start: (settings) => startGate(settings, false) },
  unguarded("node:http and undici", "plain"),
  unguarded("@fastify/http-proxy", "fastify"),
  oathkeeper,
  oauth2Proxy,
];

/** Contenders that another proxy asks. */
export const answers: readonly Contender[] = [
  {
    ...unguarded("204 at once", "no content"),
    answer: { ask: askByHeaders("/"), nginxPath: "/", identity },
  },
  usher,
  oathkeeper,
  oauth2Proxy,
];

function missingPeer(peer: Peer): string | undefined {
  if (findPeer(peer) !== undefined) return undefined;
  return `there is no ${peer.program}: npm run bench:peers builds it`;
}

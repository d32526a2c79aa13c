import type { Suite } from "../../suite.ts";
import { answers, proxies } from "./contenders.ts";
import { gate, type Way } from "./gate.ts";
import type { WorkloadName } from "./workloads.ts";

const [proxyBaseline, answerBaseline] = [proxies[0]?.name, answers[0]?.name] as [string, string];

const suite = (name: string, title: string, way: Way, workload: WorkloadName): Suite => ({
  name,
  title,
  unit: "requests",
  baseline: way === "proxy" ? proxyBaseline : answerBaseline,
  isQuick: false,
  isDetailed: true,
  run: (isQuick) =>
    gate(
      way,
      workload,
      isQuick
        ? { starts: 1, warmUp: 500, rounds: 2, time: 500 }
        : { starts: 5, warmUp: 5000, rounds: 2, time: 700 },
    ),
});

/** The suites of `usher-auth gate`. */
export const gateSuites: readonly Suite[] = [
  suite("gate-get", "Gate as a proxy, a small GET, 1000 tokens", "proxy", "get"),
  suite("gate-get-10kb", "Gate as a proxy, a response of 10 KB, 1000 tokens", "proxy", "get-10kb"),
  suite("gate-post", "Gate as a proxy, a POST of 1 KB, 1000 tokens", "proxy", "post"),
  suite("gate-fresh", "Gate as a proxy, a small GET, each with a new token", "proxy", "fresh"),
  suite("gate-answer", "Gate as an answer for proxies, asked directly, 1000 tokens", "answer", "get"),
  suite(
    "gate-answer-fresh",
    "Gate as an answer for proxies, asked directly, each with a new token",
    "answer",
    "fresh",
  ),
  suite("gate-nginx", "Gate as an answer for nginx, asked for each request, 1000 tokens", "nginx", "get"),
];

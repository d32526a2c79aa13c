import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, expect, type TestContext, test } from "vitest";
import { readTarget, type Target } from "../../../../src/gate/request/target.ts";
import { targets as generated } from "../target-arbitraries.ts";
import { canonical, rejected } from "../targets.ts";

/** How a parser reads a target. Null: it refuses it. */
type Reading = { path: string; query: string; decoded: string; host: string; clean: string } | null;

interface PythonReading extends NonNullable<Reading> {
  readonly sameAlone: boolean;
  readonly asForm: string;
}

const python = {
  command: ["python3", fileURLToPath(new URL("read.py", import.meta.url))],
  version: ["python3", "--version"],
  missing: "Python is not installed",
};
const go = {
  command: ["go", "run", fileURLToPath(new URL("go/main.go", import.meta.url))],
  version: ["go", "version"],
  missing: "Go is not installed",
};

function run([program = "", ...args]: readonly string[], input = ""): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0 && input !== "") throw new Error(`${program}: ${stderr}`);
  return status === 0 ? stdout : undefined;
}

/** What the parser makes of targets, or the end of the test if it is not installed. */
function readBy<R extends Reading>(
  { command, version, missing }: typeof python,
  targets: readonly string[],
  skip: TestContext["skip"],
): (R | null)[] {
  if (run(version) === undefined) skip(missing);
  return JSON.parse(run(command, JSON.stringify(targets)) ?? "") as (R | null)[];
}

/** Targets that are accepted, in their canonical form. */
const accepted: Target[] = [];

beforeAll(() => {
  const raw = [...canonical.map(([target]) => target), ...fc.sample(generated, { numRuns: 5_000, seed: 20 })];
  for (const target of raw.map(readTarget)) if (!("fault" in target)) accepted.push(target);
  expect(accepted.length).toBeGreaterThan(1_000);
});

const texts = () => accepted.map(({ path, query }) => path + query);
const decodedOf = ({ segments }: Target) => `/${segments.join("/")}`;
/** Without the slash at the end, which is kept by everyone but removed here. */
const cleanOf = (target: Target) => decodedOf(target).replace(/(.)\/$/, "$1");

test("Python reads the path that was judged", ({ skip }) => {
  const readings = readBy<PythonReading>(python, texts(), skip);
  for (const [index, target] of accepted.entries()) {
    expect(readings[index]).toEqual({
      path: target.path,
      query: target.query.slice(1),
      decoded: decodedOf(target),
      sameAlone: true,
      host: "h",
      asForm: decodedOf(target),
      clean: cleanOf(target),
    });
  }
});

test("Go reads the path that was judged", ({ skip }) => {
  const readings = readBy(go, texts(), skip);
  for (const [index, target] of accepted.entries()) {
    expect(readings[index]).toEqual({
      path: target.path,
      query: target.query.slice(1),
      decoded: decodedOf(target),
      host: "",
      clean: cleanOf(target),
    });
  }
});

/** As Node's URL reads it, in the same form. */
function readByNode(target: string): string | undefined {
  const url = URL.parse(`http://h${target}`);
  try {
    return url === null ? undefined : `${url.host} ${decodeURIComponent(url.pathname)}`;
  } catch {
    return undefined;
  }
}

test("of the targets that are rejected, many are read differently by these three", ({ skip }) => {
  const raw = rejected.map(([target]) => target).filter((target) => target.startsWith("/"));
  const pythons = readBy<PythonReading>(python, raw, skip);
  const gos = readBy(go, raw, skip);
  const differing = raw.filter((target, index) => {
    const [byPython, byGo] = [pythons[index], gos[index]];
    const readings = [
      readByNode(target),
      byPython ? `${byPython.host} ${byPython.decoded}` : undefined,
      byGo ? `h ${byGo.decoded}` : undefined,
    ];
    return new Set(readings).size > 1;
  });
  expect(differing).toEqual(expect.arrayContaining(["/api/u1/%2e%2e/u2", "/a\tb", "/a%zz"]));
  expect(differing.length).toBeGreaterThan(30);
});

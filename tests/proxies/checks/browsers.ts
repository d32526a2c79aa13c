import { expect, test } from "vitest";
import type { RawResponse } from "../support/exchange.ts";
import type { System } from "../support/system.ts";

const page = "https://app.example.com";
const tasks = "/api/alice/tasks";

/** What a browser needs, to call the API from a page of another origin (Fetch standard, section 3.3). */
export function checkBrowsers(system: () => System): void {
  const preflight = [
    ["Access-Control-Request-Method", "POST"],
    ["Access-Control-Request-Headers", "authorization,content-type"],
  ] as const;

  test("a preflight of the page is granted, and does not arrive", async () => {
    const headers = [["Origin", page], ...preflight] as const;
    const { response, arrived } = await system().send({ method: "OPTIONS", target: tasks, headers });
    expect(response.status).toBeGreaterThanOrEqual(200);
    expect(response.status).toBeLessThan(300);
    expect(values(response, "access-control-allow-origin")).toEqual([page]);
    expect(values(response, "access-control-allow-headers").join().toLowerCase()).toContain("authorization");
    expect(values(response, "access-control-allow-methods").join()).toMatch(/POST|\*/);
    expect(arrived).toEqual([]);
  });

  test("a preflight of another page is not, and does not arrive either", async () => {
    const headers = [["Origin", "https://evil.example"], ...preflight] as const;
    const { response, arrived } = await system().send({ method: "OPTIONS", target: tasks, headers });
    expect(values(response, "access-control-allow-origin")).not.toContain("https://evil.example");
    expect(values(response, "access-control-allow-origin")).not.toContain("*");
    expect(arrived).toEqual([]);
  });

  test("an OPTIONS that is no preflight is refused", async () => {
    const { response, arrived } = await system().send({ method: "OPTIONS", target: tasks });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(arrived).toEqual([]);
  });

  test("the page may read the response, and no other page, whatever the backend says", async () => {
    const { send, token } = system();
    const own = await send({ target: tasks, headers: [token("alice"), ["Origin", page]] });
    expect(own.response.status).toBe(200);
    expect(values(own.response, "access-control-allow-origin")).toEqual([page]);
    expect(values(own.response, "access-control-allow-credentials")).toEqual([]);
    expect(values(own.response, "vary").join().toLowerCase()).toContain("origin");
    const other = await send({
      target: tasks,
      headers: [token("alice"), ["Origin", "https://evil.example"]],
    });
    expect(values(other.response, "access-control-allow-origin").filter((value) => value !== "")).toEqual([]);
  });

  test("the page may read a refusal, with its challenge", async () => {
    const { response } = await system().send({ target: tasks, headers: [["Origin", page]] });
    expect(response.status).toBe(401);
    expect(values(response, "access-control-allow-origin")).toEqual([page]);
    expect(values(response, "access-control-expose-headers").join().toLowerCase()).toContain(
      "www-authenticate",
    );
  });
}

function values({ headers }: RawResponse, name: string): readonly string[] {
  return headers.get(name) ?? [];
}

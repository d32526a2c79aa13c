import { expect, test } from "vitest";
import type { Recorded } from "../support/backend.ts";
import { type System, valuesAt } from "../support/system.ts";

const tasks = "/api/alice/tasks";

/** Spellings that some server takes for X-Usher-User or another field of the gate. */
const spellings = [
  "X-Usher-User",
  "x-usher-user",
  "X-USHER-USER",
  "X_Usher_User",
  "X-Usher_User",
  "x_usher-user",
  "X.Usher.User",
  "X~Usher~User",
  "X-Usher-Claims",
  "X_USHER_CLAIMS",
  "X-Usher-Session",
  "X-Usher-Organization",
  "X-Usher-Client",
  "X-Usher-Anything",
  "X_Usher_Anything",
];

/** The client's words about who they are, and about which request this is, count for nothing. */
export function checkIdentity(system: () => System): void {
  test.each(spellings)("a client's %s never arrives", async (name) => {
    const { send, token } = system();
    for (const [target, headers] of [
      [tasks, [token("alice")]],
      ["/public", []],
    ] as const) {
      for (const request of [
        [[name, "mallory"], ...headers],
        [...headers, [name, "mallory"], [name, "mallory"]],
      ] as const) {
        const { response, arrived } = await send({ target, headers: request });
        expect(forged(arrived)).toEqual([]);
        if (arrived.length > 0) expect(response.status).toBe(200);
        else expect(response.status).toBe(400);
      }
    }
  });

  test.each([
    "X-Usher-User",
    "close, X-Usher-User",
    "keep-alive, x-usher-user, X-Usher-Claims",
    "Authorization",
    "close, Authorization",
    "X-Original-URI, X-Original-Method, X-Forwarded-Uri, X-Forwarded-Method",
  ])("Connection: %s removes no identity", async (value) => {
    const { send, token } = system();
    const { arrived } = await send({ target: tasks, headers: [["Connection", value], token("alice")] });
    for (const request of arrived) {
      expect(valuesAt(request, "x-usher-user")).toEqual(["alice"]);
      expect(valuesAt(request, "x-usher-claims")).toHaveLength(1);
    }
  });

  test.each([
    ["X-Original-URI", "/public"],
    ["X-Original-Method", "GET"],
    ["X-Forwarded-Uri", "/public"],
    ["X-Forwarded-Method", "GET"],
    ["X-Original-URL", "/public"],
    ["X-Rewrite-URL", "/public"],
    ["X_Original_URI", "/public"],
    ["X-Forwarded_Uri", "/public"],
  ])("a client's %s does not choose what is judged", async (name, value) => {
    const { send, token } = system();
    for (const lines of [
      [[name, value]],
      [
        [name, value],
        [name, value],
      ],
    ] as const) {
      const without = await send({ target: tasks, headers: lines });
      expect([400, 401]).toContain(without.response.status);
      expect(without.arrived).toEqual([]);
      const foreign = await send({ target: "/api/bob/tasks", headers: [...lines, token("alice")] });
      expect([400, 403]).toContain(foreign.response.status);
      expect(foreign.arrived).toEqual([]);
    }
  });

  test("the whole pair of fields does not either", async () => {
    const { send } = system();
    for (const names of [
      ["X-Original-Method", "X-Original-URI"],
      ["X-Forwarded-Method", "X-Forwarded-Uri"],
    ] as const) {
      const headers = [
        [names[0], "GET"],
        [names[1], "/public"],
      ] as const;
      const { response, arrived } = await send({ target: tasks, headers });
      expect([400, 401]).toContain(response.status);
      expect(arrived).toEqual([]);
    }
  });

  test.each([
    ...["For", "Host", "Proto", "Port", "Prefix", "Uri", "Method"].map((word) => `X-Forwarded-${word}`),
    ...["X-Original-URI", "X-Original-Method", "X-Real-IP", "Forwarded", "Proxy"],
  ])("%s, which only a proxy may say, does not arrive as the client says it", async (name) => {
    const { send, token } = system();
    const { arrived } = await send({ target: tasks, headers: [token("alice"), [name, "192.0.2.99"]] });
    for (const request of arrived)
      expect(valuesAt(request, name.toLowerCase()).join()).not.toContain("192.0.2.99");
  });

  test.each(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_Method_Override"])(
    "%s changes no method",
    async (name) => {
      const { send, token } = system();
      const headers = [token("alice"), [name, "DELETE"]] as const;
      const { arrived } = await send({ method: "POST", target: tasks, headers });
      for (const { rawHeaders } of arrived) expect(rawHeaders.map(folded)).not.toContain(folded(name));
    },
  );

  test("two tokens are refused, and two Hosts", async () => {
    const { send, token } = system();
    for (const headers of [
      [token("alice"), token("bob")],
      [token("bob"), token("alice")],
      [token("alice"), ["Host", "api.example.com"], ["Host", "other.example.com"]],
    ] as const) {
      const { response, arrived } = await send({ target: tasks, headers });
      expect([400, 401, 403]).toContain(response.status);
      expect(arrived).toEqual([]);
    }
  });

  test.each([
    "/.usher/auth",
    "/.usher/auth/nginx",
    "/.usher/refusal",
    "/.usher/live",
    "/.usher/envoy/public",
  ])("the gate's own %s is not served to clients", async (target) => {
    const { send, token } = system();
    const headers = [token("alice"), ["X-Original-Method", "GET"], ["X-Original-URI", "/public"]] as const;
    for (const lines of [headers, headers.slice(0, 1), []]) {
      const { response, arrived } = await send({ target, headers: lines });
      expect([400, 401, 404]).toContain(response.status);
      expect(arrived).toEqual([]);
    }
  });
}

const folded = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "-");

/** Fields in the gate's names with a value that is not the gate's. */
function forged(arrived: readonly Recorded[]): string[] {
  return arrived.flatMap(({ rawHeaders }) =>
    rawHeaders.filter(
      (name, index) =>
        index % 2 === 0 &&
        folded(name).startsWith("x-usher-") &&
        (rawHeaders[index + 1]?.includes("mallory") || !/^x-usher-[a-z]+$/i.test(name)),
    ),
  );
}

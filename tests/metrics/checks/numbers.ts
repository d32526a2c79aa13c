import { signOut, signUp } from "@usher-auth/e2e/session";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, test, vi } from "vitest";
import { expectQuiet } from "../support/alerts.ts";
import { factor, type Prometheus } from "../support/prometheus.ts";
import { scaled } from "../support/scaled-rules.ts";
import { prepareSystem } from "../support/system.ts";
import { requestTasks } from "../support/traffic.ts";

const job = "numbers";
const polling = { timeout: 20_000, interval: 250 };

/** Sends requests that are counted here too, and compares all numbers. */
export function checkNumbers(prometheus: () => Prometheus): void {
  test("Prometheus has exactly the numbers of what was sent", async ({ onTestFinished }) => {
    const { secret } = createTestIssuer();
    const { web, api, close } = await prepareSystem(secret);
    onTestFinished(close);
    await Promise.all([api.start(), web.start()]);
    await prometheus().scrape(job, web.metricsPort);
    await prometheus().scrape(job, api.metricsPort);
    const issuer = createTestIssuer({ secret, issuer: web.url, audience: api.url });
    const [ada, grace] = [await signUp(web.url), await signUp(web.url, "Grace Hopper")];

    const sent: [count: number, user: string, token: string | undefined, answer: number | string][] = [
      [7, ada.userId, ada.token, 200],
      [5, grace.userId, grace.token, 200],
      [3, grace.userId, ada.token, "owner_mismatch"],
      [4, ada.userId, undefined, "credentials_missing"],
      [2, ada.userId, "not.a.token", "token_malformed"],
      [6, "ada", issuer.tokenFor("ada", { wrongSecret: true }), "signature_invalid"],
      [1, "ada", issuer.tokenFor("ada", { expired: true }), "token_expired"],
    ];
    for (const [count, user, token, answer] of sent) {
      for (let sent = 0; sent < count; sent++) {
        const { status, code } = await requestTasks(api.url, user, token);
        expect(code ?? status).toBe(answer);
      }
    }
    await signOut(web.url, ada.cookie);
    const revoked = async () => (await requestTasks(api.url, ada.userId, ada.token)).code;
    let afterwards = 0;
    await vi.waitFor(async () => {
      afterwards++;
      expect(await revoked()).toBe("token_revoked");
    }, polling);
    // Until the API knew of the sign-out, it accepted the token.
    const accepted = 7 + 5 + (afterwards - 1);

    await expectNumbers(prometheus(), "error_type", "usher_requests_total", {
      "": accepted,
      owner_mismatch: 3,
      credentials_missing: 4,
      token_malformed: 2,
      signature_invalid: 6,
      token_expired: 1,
      token_revoked: 1,
    });
    await expectNumbers(prometheus(), "usher_outcome", "usher_requests_total", { accepted, rejected: 17 });
    await expectNumbers(prometheus(), "http_route", "usher_requests_total", {
      "/api/:userId/tasks": accepted + 17,
    });
    await expectNumbers(prometheus(), "usher_adapter", "usher_requests_total", { fastify: accepted + 17 });
    await expectNumbers(prometheus(), "http_request_method", "usher_requests_total", { GET: accepted + 17 });
    // A request without a token verifies none. The two users' tokens were verified once, and then found
    // again, until one was revoked.
    const durations = '{__name__=~"usher_verification_duration(_seconds)?_count"}';
    await expectNumbers(prometheus(), "usher_cache", durations, {
      miss: 2 + 2 + 6 + 1 + 1,
      hit: accepted + 3 - 2,
    });
    await expectNumbers(prometheus(), "usher_key_algorithm", "usher_keys_verifications_total", { HS256: 4 });
    await expectNumbers(prometheus(), "state", "usher_keys_status", { fresh: 1, stale: 0, missing: 0 });
    await expectNumbers(prometheus(), "state", "usher_revocations_status", {
      current: 1,
      stale: 0,
      missing: 0,
    });
    await expectNumbers(prometheus(), "job", "usher_revocations_entries", { [job]: 1 });
    await expectNumbers(prometheus(), "kind", "usher_revocations_recorded_total", { session: 1 });
    await expectNumbers(prometheus(), "http_response_status_code", "usher_logouts_total", { 200: 1 });
    await expectNumbers(prometheus(), "usher_outcome", "usher_deliveries_total", {
      acknowledged: 1,
      failed: 0,
      given_up: 0,
    });
    await expectNumbers(prometheus(), "server_address", "usher_deliveries_waiting", {
      [new URL(api.url).host]: 0,
    });
    // For the dashboard: a rate needs two scrapes.
    const rate = `rate(usher_logouts_total{job="${job}"}[${scaled("5m", factor)}])`;
    await vi.waitFor(async () => expect(await prometheus().query(rate)).toHaveLength(1), polling);
    await expectQuiet(prometheus(), job);
    // UsherAbsent, of no job, has ended.
    await expectQuiet(prometheus(), undefined);
  });
}

/** Compares the sums of a metric by a label, once Prometheus has read them. */
async function expectNumbers(
  prometheus: Prometheus,
  label: string,
  metric: string,
  numbers: Readonly<Record<string, number>>,
): Promise<void> {
  const selector = metric.startsWith("{")
    ? metric.replace("}", `, job="${job}"}`)
    : `${metric}{job="${job}"}`;
  await vi.waitFor(async () => {
    const samples = await prometheus.query(`sum by (${label}) (${selector})`);
    const found = Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? "", value]));
    expect(found, metric).toEqual(numbers);
  }, polling);
}

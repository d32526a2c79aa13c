import { channel } from "node:diagnostics_channel";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bindSources } from "../../src/keys/bound-source.ts";
import { keySource } from "../../src/keys/custom-source.ts";
import { watchIdleVersions } from "../../src/keys/idle-versions.ts";
import type { VerificationKey } from "../../src/keys/signature.ts";

describe("watchIdleVersions", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  afterEach(() => warned.mockClear());

  /** Two versions of a secret, and how often they were checked. */
  function createVersions(firstVerifiedAt: number | undefined) {
    const [older, later]: VerificationKey[] = [1, 2].map((version) => ({
      algorithm: "HS256",
      version,
      verify: () => false,
      ...(version === 2 && firstVerifiedAt !== undefined && { firstVerifiedAt }),
    }));
    let looks = 0;
    const keys = () => {
      looks++;
      return [later, older] as VerificationKey[];
    };
    const [source] = bindSources(keySource({ algorithms: new Set(["HS256"]), candidates: () => [], keys }), [
      "issuer",
    ]);
    if (source === undefined) throw new Error("one was bound");
    return { source, looks: () => looks };
  }

  it("warns once, when both have been listed for a token's lifetime", () => {
    const published = vi.spyOn(channel("usher:keys"), "publish");
    const watch = watchIdleVersions([createVersions(0).source], 120);
    for (const now of [0, 60, 119]) watch(now);
    expect(warned).not.toHaveBeenCalled();
    const atOnce = watchIdleVersions([createVersions(0).source], 120);
    for (const now of [0, 60, 120]) atOnce(now);
    expect(warned).toHaveBeenCalledTimes(1);
    for (const now of [180, 240]) atOnce(now);
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      "version 1 of the shared secret has verified nothing for 120 s, while version 2 was in use: remove it once every API reports this",
      { type: "UsherWarning", code: "USHER_SECRET_IDLE" },
    );
    expect(published, "nobody subscribes").not.toHaveBeenCalled();
    published.mockRestore();
  });

  it("does not warn while the later one has verified nothing", () => {
    const watch = watchIdleVersions([createVersions(undefined).source], 60);
    for (let now = 0; now < 600; now += 60) watch(now);
    expect(warned).not.toHaveBeenCalled();
  });

  it("checks once a minute, however many tokens are verified", () => {
    const { source, looks } = createVersions(0);
    const silent = bindSources(keySource({ algorithms: new Set(["HS256"]), candidates: () => [] }), [
      "issuer",
    ]);
    const watch = watchIdleVersions([source, ...silent], 60);
    const looksAt = [100, 100, 159.9, 160, 200, 219, 220].map((now) => {
      watch(now);
      return looks();
    });
    expect(looksAt).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { readSettings } from "../../../src/gate/settings/read-settings.ts";
import { hostAdvice, httpAdvice } from "../../../src/http/insecure-hosts.ts";

interface HostVector {
  readonly name: string;
  readonly url: string;
  readonly allowInsecureHosts: readonly string[];
  readonly refuses?: "url" | "allowInsecureHosts";
}

const table = new URL("../../../../../conformance/hosts.json", import.meta.url);
const { vectors, wording } = JSON.parse(readFileSync(table, "utf8")) as {
  readonly vectors: readonly HostVector[];
  readonly wording: Readonly<Record<"url" | "entry", string>>;
};

const read = (url: string, allowInsecureHosts: unknown) =>
  readSettings({ openapi: url, config: "gate.yaml" }, {}, () =>
    Promise.resolve(JSON.stringify({ allowInsecureHosts })),
  );

// What is no address is a file.
test.each(vectors.filter(({ url }) => url.includes("://")))(
  "openapi: $name",
  async ({ url, allowInsecureHosts, refuses }) => {
    if (refuses === undefined) {
      expect((await read(url, allowInsecureHosts)).openapi).toBe(url);
      return;
    }
    await expect(read(url, allowInsecureHosts)).rejects.toThrow(CannotRun);
    if (refuses === "url")
      await expect(read(url, allowInsecureHosts)).rejects.toThrow(
        /--openapi must be|not a valid URL|must not contain credentials/,
      );
    else await expect(read(url, allowInsecureHosts)).rejects.toThrow(/allowInsecureHosts/);
  },
);

test.each(["http://0.0.0.0:8000/a", "http://[::]:8000/a"])("%s is where servers listen", async (url) => {
  await expect(read(url, [])).rejects.toThrow(/^--openapi must be https, .*Use 127\.0\.0\.1/);
});

test("the messages have the words that all packages share", () => {
  expect(httpAdvice).toContain(wording.url);
  expect(hostAdvice).toContain(wording.entry);
});

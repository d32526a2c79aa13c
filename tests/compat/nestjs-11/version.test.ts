import { expect, it } from "vitest";

it("is Nest 11 that these tests run on", async () => {
  for (const name of ["common", "core", "platform-express", "platform-fastify"]) {
    const { default: read } = await import(`@nestjs/${name}/package.json`);
    expect(read.version).toMatch(/^11\./);
  }
});

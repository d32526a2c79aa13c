import { expect, it } from "vitest";

it("these tests run on Nest 11", async () => {
  for (const name of ["common", "core", "platform-express", "platform-fastify"]) {
    const { default: read } = await import(`@nestjs/${name}/package.json`);
    expect(read.version).toMatch(/^11\./);
  }
});

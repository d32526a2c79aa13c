import type { PrismaPg } from "@prisma/adapter-pg";

export type PrismaPgAdapter = Awaited<ReturnType<PrismaPg["connect"]>>;

/** What Prisma's query engine runs statements through. */
export type DriverAdapter = Omit<PrismaPgAdapter, "underlyingDriver">;

export type { PrismaAdapter } from "./principal-adapter.ts";
export type { AnyPrismaClient, PrincipalClient } from "./principal-client.ts";
export { type PrismaRowsOptions, prismaRows } from "./prisma-rows.ts";

import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";

/** Nest's two platforms, each with its own router, request and response. */
export const platforms = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() };

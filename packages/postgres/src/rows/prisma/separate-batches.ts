import { ConfigurationError } from "@usher-auth/verify";

/**
 * Prisma Client's DataLoader, which every request passes. Those with the same key in one tick are run
 * together, all of them in the asynchronous context of the first.
 */
export interface Batches {
  readonly request: (request: unknown) => Promise<unknown>;
  readonly options: {
    readonly batchBy: (request: never) => string | undefined;
    readonly singleLoader: (request: never) => Promise<unknown>;
    readonly batchLoader: (requests: never) => Promise<unknown>;
  };
}

/** The parts of Prisma Client that isolation depends on and that its documentation does not describe. */
interface Internals {
  readonly _clientVersion: string;
  readonly _engineConfig: { readonly adapter?: unknown };
  readonly _requestHandler: { dataloader: Pick<Batches, "request"> };
}

/**
 * Replaces the one DataLoader that a client shares with all clients that extend it, so that requests of two
 * users never meet.
 *
 * @param batchesOf Returns the DataLoader for the request that is made in the current asynchronous context.
 * @returns Creates an empty DataLoader.
 * @throws {ConfigurationError} The client has another adapter, or is of a version with other parts.
 */
export function separateBatches(client: object, adapter: object, batchesOf: () => Batches): () => Batches {
  const {
    _clientVersion: version,
    _engineConfig: config,
    _requestHandler: handler,
  } = client as Partial<Internals>;
  const shared: unknown = handler?.dataloader;
  const isKnown = version?.startsWith("7.") === true;
  if (!isKnown || config === undefined || handler === undefined || !isBatches(shared)) {
    throw new ConfigurationError("prismaRows needs a client of @prisma/client 7.10 or a later version 7");
  }
  if (config.adapter !== adapter) {
    throw new ConfigurationError(
      "create the client with the adapter of the callback: (adapter) => new PrismaClient({ adapter })",
    );
  }
  const { options } = shared;
  const DataLoader = shared.constructor as new (options: Batches["options"]) => Batches;
  handler.dataloader = { request: (request) => batchesOf().request(request) };
  return () => new DataLoader(options);
}

function isBatches(value: unknown): value is Batches {
  const { request, options } = (value ?? {}) as Partial<Batches>;
  const functions = [request, options?.batchBy, options?.singleLoader, options?.batchLoader];
  return functions.every((one) => typeof one === "function");
}

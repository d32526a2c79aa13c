import {
  Controller,
  type DynamicModule,
  type FactoryProvider,
  Inject,
  type ModuleMetadata,
  Post,
  Req,
  Res,
} from "@nestjs/common";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint, type LogoutEndpoint } from "../../logout/endpoint.ts";
import { type NodeFormRequest, readNodeForm } from "../../logout/node-form.ts";
import { Public } from "./decorators.ts";
import { answerOn, type PlatformResponse } from "./platform.ts";

export type { BackchannelLogoutOptions };

/** Where the route is: the module is made before its options are there. */
export interface BackchannelLogoutRoute {
  /** Below the app's global prefix, where it has one. Default `backchannel-logout`. */
  readonly path?: string;
}

/**
 * Options that other providers know: a factory, and what Nest is to call it with.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { type BackchannelLogoutAsyncOptions, BackchannelLogoutModule } from "@usher-auth/verify/nestjs";
 * import type { Revocations } from "@usher-auth/verify/revocation";
 *
 * const options: BackchannelLogoutAsyncOptions = {
 *   inject: ["REVOCATIONS"],
 *   useFactory: (revocations: Revocations) => ({ verifier: verifierFromEnv(process.env, { revocations }) }),
 * };
 * export const logout = BackchannelLogoutModule.forRootAsync(options);
 * ```
 */
export type BackchannelLogoutAsyncOptions = BackchannelLogoutRoute &
  Pick<ModuleMetadata, "imports"> &
  Pick<FactoryProvider<BackchannelLogoutOptions>, "useFactory" | "inject">;

/** Express's request, which is Node's own, or Fastify's. */
type FormRequest = NodeFormRequest & { readonly raw?: NodeFormRequest; readonly body?: unknown };

const optionsToken: unique symbol = Symbol("usher.backchannelLogout");

class BackchannelLogoutModuleClass {}

/**
 * Adds the public route that an issuer tells of ended sessions: `POST /backchannel-logout`, on Express and on
 * Fastify. It takes what Nest's body parser has left or, without one (`bodyParser: false`), reads 16 KB at
 * most by itself. See `createLogoutEndpoint` for what it answers; a body that is too long for Nest's parser
 * is Nest's to refuse.
 *
 * @throws {ConfigurationError} The verifier has no revocations; when the app is created.
 *
 * @example
 * ```ts
 * import { Module } from "@nestjs/common";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { BackchannelLogoutModule, UsherModule } from "@usher-auth/verify/nestjs";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * @Module({
 *   imports: [
 *     UsherModule.forRoot({ verifier, ownerParam: "userId" }),
 *     BackchannelLogoutModule.forRoot({ verifier }), // POST /backchannel-logout
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
export const BackchannelLogoutModule: {
  forRoot(options: BackchannelLogoutOptions & BackchannelLogoutRoute): DynamicModule;
  forRootAsync(options: BackchannelLogoutAsyncOptions): DynamicModule;
} = {
  forRoot: (options) =>
    BackchannelLogoutModule.forRootAsync({
      ...(options.path !== undefined && { path: options.path }),
      useFactory: () => options,
    }),
  forRootAsync: ({ path = "backchannel-logout", imports = [], inject = [], useFactory }) => ({
    module: BackchannelLogoutModuleClass,
    imports,
    providers: [{ provide: optionsToken, inject, useFactory }],
    controllers: [createController(path)],
  }),
};

function createController(path: string): new (options: BackchannelLogoutOptions) => object {
  class BackchannelLogoutController {
    readonly #receive: LogoutEndpoint;

    constructor(options: BackchannelLogoutOptions) {
      this.#receive = createLogoutEndpoint(options.verifier, options);
    }

    async receive(request: FormRequest, response: PlatformResponse): Promise<void> {
      answerOn(response, await this.#receive(await readNodeForm(request.raw ?? request, request.body)));
    }
  }
  // What decorators do that stand before a class and its methods: sources that run as they are have no such
  // syntax.
  const { prototype } = BackchannelLogoutController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "receive") as PropertyDescriptor;
  Inject(optionsToken)(BackchannelLogoutController, undefined, 0);
  Req()(prototype, "receive", 0);
  Res()(prototype, "receive", 1);
  Public()(prototype, "receive", descriptor);
  Post(path)(prototype, "receive", descriptor);
  Controller()(BackchannelLogoutController);
  return BackchannelLogoutController;
}

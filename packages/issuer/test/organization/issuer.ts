import { DatabaseSync } from "node:sqlite";
import { type AuthContext, type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { organization } from "better-auth/plugins/organization";
import { onTestFinished } from "vitest";
import { type UsherJwtOptions, type UsherJwtPlugin, usherJwt } from "../../src/index.ts";
import { audience, Browser, baseURL, emailAndPassword, secret } from "../instance.ts";
import { readJws } from "../jws.ts";

interface Setup extends Partial<Omit<BetterAuthOptions, "plugins">> {
  plugin?: Partial<UsherJwtOptions>;
  /** In place of the plugin that this makes. */
  tokens?: UsherJwtPlugin;
  organizations?: Parameters<typeof organization>[0];
  /** Plugins before and after this one. */
  earlier?: readonly BetterAuthPlugin[];
  later?: readonly BetterAuthPlugin[];
}

/** A real Better Auth with its organization plugin, which notifies these endpoints of changes. */
export async function organizationIssuer(endpoints: string[], setup: Setup = {}) {
  const ofSetup = { audience, organization: true, backchannelLogout: endpoints, ...setup.plugin };
  const { plugin: _, tokens = usherJwt(ofSetup), ...others } = setup;
  const { organizations = {}, earlier = [], later = [], ...options } = others;
  const logged: string[] = [];
  const auth = betterAuth({
    baseURL,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword,
    logger: { level: "debug", log: (_level, message) => void logged.push(message) },
    telemetry: { enabled: false },
    ...options,
    plugins: [...earlier, organization(organizations), tokens, ...later] as unknown as [
      ReturnType<typeof organization>,
      UsherJwtPlugin,
    ],
  });
  onTestFinished(() => tokens.stop());
  await (await getMigrations(auth.options)).runMigrations();
  const context: unknown = await auth.$context;
  const { adapter } = context as AuthContext;
  /** The deliveries that wait. */
  const pending = () => adapter.findMany<Record<string, unknown>>({ model: "usherLogout", limit: 100_000 });
  return { auth, adapter, logged, pending, stop: () => tokens.stop() };
}

export type OrganizationIssuer = Awaited<ReturnType<typeof organizationIssuer>>;

/** A person with a browser. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly browser: Browser;
}

export async function signUp({ auth }: Pick<OrganizationIssuer, "auth">, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@example.com`;
  const browser = new Browser(auth);
  return { browser, email, id: await browser.signUp(email, name) };
}

/** Sends a POST to the organization plugin, and returns its JSON. */
export async function post<Answer = { id: string }>(
  { browser }: Person,
  path: string,
  body: object,
): Promise<Answer> {
  const response = await browser.request("POST", `/organization/${path}`, body);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Creates an organization, which becomes the active one. Returns its id. */
export async function createOrganization(owner: Person, slug: string): Promise<string> {
  return (await post(owner, "create", { name: slug, slug })).id;
}

/** Invites and accepts. The organization becomes the guest's active one. Returns the member's id. */
export async function join(
  owner: Person,
  guest: Person,
  organizationId: string,
  role: string | string[] = "member",
): Promise<string> {
  const { id } = await post(owner, "invite-member", { email: guest.email, role, organizationId });
  const { member } = await post<{ member: { id: string } }>(guest, "accept-invitation", { invitationId: id });
  return member.id;
}

export async function claimsOf({ browser }: Person): Promise<Record<string, unknown>> {
  return readJws(await browser.token()).payload;
}

/** What the token says of organizations. */
export async function organizationOf(person: Person): Promise<Record<string, unknown>> {
  const claims = await claimsOf(person);
  return Object.fromEntries(
    ["org", "org_role", "orgs"].flatMap((name) => (name in claims ? [[name, claims[name]]] : [])),
  );
}

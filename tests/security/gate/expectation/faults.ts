import type { Recording } from "../backends/recording.ts";
import type { People, Person } from "../support/people.ts";
import { readingsOf } from "./readings.ts";
import { methods, type Place, placeOf } from "./routes.ts";

/** In headers of attacks: values that a backend must not get as the gate's or the connection's own. */
export const forged = "forged.example";

/**
 * What is wrong about a request that reached the backend; empty if it may have. Judged by what arrived alone:
 * the token that it carries, the identity that the gate states, and every reading of its path.
 */
export function faultsOf(recording: Recording, people: People): string[] {
  const tokens = valuesOf(recording, "authorization");
  const person =
    tokens.length === 1 ? people.ownerOf((tokens[0] as string).replace(/^bearer +/i, "")) : undefined;
  const places = readingsOf(recording).map(({ by, segments }) => ({ by, place: placeOf(segments) }));
  const isPublic = places.every(({ place }) => place.kind === "public");
  return [
    ...pathFaults(places, person),
    ...methodFaults(recording),
    ...identityFaults(recording, isPublic ? undefined : person),
    ...headerFaults(recording),
    ...(recording.trailers ?? []).map(([name]) => `a field behind the body arrived: ${name}`),
  ];
}

/** The first reading of each kind of fault is enough. */
function pathFaults(places: readonly PlaceBy[], person: Person | undefined): string[] {
  const byFault = new Map<string, string>();
  for (const { by, place } of places) {
    const fault = placeFault(place, person);
    if (fault !== undefined && !byFault.has(fault)) byFault.set(fault, by);
  }
  return [...byFault].map(([fault, by]) => `${fault} (${by})`);
}

interface PlaceBy {
  readonly by: string;
  readonly place: Place;
}

function placeFault(place: Place, person: Person | undefined): string | undefined {
  if (place.kind === "public") return undefined;
  if (place.kind !== "guarded") return `the path is ${place.kind}`;
  if (person === undefined) return "no single valid token";
  if (place.user !== undefined && place.user !== person.id)
    return `${JSON.stringify(person.id)} is on the path of ${JSON.stringify(place.user)}`;
  if (place.organization !== undefined && place.organization !== person.organization)
    return `a member of ${person.organization} is on the path of ${JSON.stringify(place.organization)}`;
  return undefined;
}

function methodFaults({ method, target }: Recording): string[] {
  const [, first = ""] = /^\/([^/?#]*)/.exec(target) ?? [];
  const faults = methods[first]?.includes(method) === true ? [] : [`the method ${method} of /${first}`];
  const query = new URLSearchParams(target.split("?").slice(1).join("?"));
  if ([...query.keys()].some((name) => folded(name) === "-method")) faults.push("_method in the query");
  return faults;
}

/** The fields in which the gate states who calls; empty counts as absent. */
function identityFaults(recording: Recording, person: Person | undefined): string[] {
  const stated = recording.headers.filter(
    ([name, value]) => folded(name).startsWith("x-usher-") && value !== "",
  );
  const wanted: Readonly<Record<string, string | undefined>> = {
    "x-usher-user": person?.id,
    "x-usher-session": person?.session,
    "x-usher-organization": person?.organization,
    "x-usher-client": undefined,
  };
  const faults = stated
    .filter(([name]) => name.toLowerCase() !== folded(name))
    .map(([name]) => `an identity header is spelled ${JSON.stringify(name)}`);
  for (const [name, value] of Object.entries(wanted)) {
    const values = stated.filter(([one]) => folded(one) === name).map(([, one]) => decoded(one));
    if (values.length > 1 || values[0] !== value) faults.push(`${name} is ${JSON.stringify(values)}`);
  }
  return [...faults, ...claimsFaults(stated, person)];
}

function claimsFaults(stated: readonly (readonly [string, string])[], person: Person | undefined): string[] {
  const claims = stated.filter(([name]) => folded(name) === "x-usher-claims").map(([, value]) => value);
  if (person === undefined) return claims.length === 0 ? [] : ["claims without a user"];
  if (claims.length !== 1) return [`${claims.length} fields of claims`];
  const sent = parsed(claims[0] as string);
  const [, payload = ""] = person.token.split(".");
  const signed = parsed(Buffer.from(payload, "base64url").toString());
  return JSON.stringify(sorted(sent)) === JSON.stringify(sorted(signed))
    ? []
    : ["the claims are not the token's"];
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { "not JSON": text };
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return `not encoded: ${value}`;
  }
}

/** Fields that only a proxy may set, that change the method or the path, or that belong to one connection. */
function headerFaults({ headers }: Recording): string[] {
  const faults: string[] = [];
  for (const [name, value] of headers) {
    const plain = folded(name);
    if (/^[a-z0-9-]*$/i.test(name) === false) faults.push(`a header is named ${JSON.stringify(name)}`);
    if (overrides.test(plain)) faults.push(`${name} arrived`);
    if (forwarding.test(plain) && value.includes(forged)) faults.push(`${name} is the client's`);
  }
  for (const single of ["host", "authorization", "content-length", "content-type", "transfer-encoding"]) {
    const number = headers.filter(([name]) => folded(name) === single).length;
    if (number > 1) faults.push(`${number} fields ${single}`);
  }
  return faults;
}

const overrides =
  /^(x-)?(http-)?method(-override)?$|^x-http-method-override$|^x-(original|rewrite|request|envoy-original)-(url|uri|path|method|host)$/;
const forwarding =
  /^(forwarded|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|fastly-client-ip|x-host|x-forwarded-server)$/;

/** As WSGI and CGI fold names: what is neither letter nor digit is one character. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
}

function valuesOf({ headers }: Recording, wanted: string): string[] {
  return headers.filter(([name]) => folded(name) === wanted).map(([, value]) => value);
}

function sorted(members: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1));
}

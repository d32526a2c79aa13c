import { type CustomDecorator, SetMetadata } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { OwnerRule } from "../../access/owner-rule.ts";
import type { Policy } from "../../access/policies.ts";
import type { CheckedRules } from "../../access/route-rules.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { ConfigurationError } from "../../errors.ts";

/** A handler or a controller, which Nest keeps metadata for. */
export type Level = Parameters<Reflector["get"]>[1];

const publicKey = "usher:public";
const optionalKey = "usher:optional";
const ownerKey = "usher:owner";
const policiesKey = "usher:policies";
const reflector = new Reflector();

/** Marks a level as public. */
export const markPublic = (): CustomDecorator => mark(publicKey, optionalKey);

/** Marks a level as one on which a token is optional. */
export const markOptional = (): CustomDecorator => mark(optionalKey, publicKey);

function mark(key: string, opposite: string): CustomDecorator {
  const set = SetMetadata(key, true);
  const decorator = (target: object, name?: string | symbol, descriptor?: { value?: unknown }): void => {
    if (reflector.get(opposite, levelOf(target, descriptor)) === true)
      throw new ConfigurationError("A handler is either @Public() or @OptionalAuth(), not both.");
    set(target, name as string, descriptor as PropertyDescriptor);
  };
  return Object.assign(decorator, { KEY: key });
}

/** Adds policies to those of a level. */
export function addPolicies(policies: readonly Policy<RegisteredClaims>[]): MethodDecorator & ClassDecorator {
  return (target: object, name?: string | symbol, descriptor?: { value?: unknown }) => {
    const all = [...policiesOf(levelOf(target, descriptor)), ...policies];
    SetMetadata(policiesKey, all)(target, name as string, descriptor as PropertyDescriptor);
  };
}

/** Sets the owner rule of a level. */
export const setOwnerRule = (rule: OwnerRule<RegisteredClaims>): CustomDecorator =>
  SetMetadata(ownerKey, rule);

function levelOf(target: object, descriptor: { value?: unknown } | undefined): Level {
  return (descriptor?.value ?? target) as Level;
}

/**
 * What a handler requires. Its own metadata wins over the controller's; policies add up. A level with
 * policies or an owner rule needs a principal, so its mark does not count.
 *
 * @param levels The handler, then its controller.
 */
export function rulesOf(levels: readonly Level[]): CheckedRules<RegisteredClaims> {
  return {
    access: accessOf(levels),
    policies: levels.flatMap(policiesOf),
    owner: levels.map(ownerRuleOf).find((rule) => rule !== undefined),
  };
}

function accessOf(levels: readonly Level[]): CheckedRules["access"] {
  for (const level of levels) {
    if (policiesOf(level).length > 0 || ownerRuleOf(level) !== undefined) return "required";
    const isPublic: unknown = reflector.get(publicKey, level);
    const isOptional: unknown = reflector.get(optionalKey, level);
    if (isPublic !== undefined || isOptional !== undefined)
      return isPublic === true ? "public" : isOptional === true ? "optional" : "required";
  }
  return "required";
}

function policiesOf(level: Level): readonly Policy<RegisteredClaims>[] {
  return reflector.get<readonly Policy<RegisteredClaims>[] | undefined>(policiesKey, level) ?? [];
}

function ownerRuleOf(level: Level): OwnerRule<RegisteredClaims> | undefined {
  return reflector.get<OwnerRule<RegisteredClaims> | undefined>(ownerKey, level);
}

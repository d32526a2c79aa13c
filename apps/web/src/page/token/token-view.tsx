import { Json } from "../ui/json.tsx";
import { lifetimeOf } from "./time-left.ts";
import { shorten, type TokenParts } from "./token-text.ts";

/** The content of a token, decoded. */
export function TokenView({ parts }: { parts: TokenParts | undefined }) {
  if (parts === undefined)
    return <p className="text-muted text-sm">The token is not a JWT, so there is nothing to show.</p>;
  const lifetime = lifetimeOf(parts.claims);

  return (
    <div className="grid gap-4">
      <Json title="Header" value={parts.header} />
      <Json title="Claims" value={parts.claims} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <Time name="Issued" at={lifetime.from} />
        <Time name="Expires" at={lifetime.until} />
        <dt className="text-muted">Signature</dt>
        <dd className="font-mono">{shorten(parts.signature)}</dd>
      </dl>
    </div>
  );
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function Time({ name, at }: { name: string; at: number | undefined }) {
  if (at === undefined) return undefined;
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd>
        <time dateTime={new Date(at).toISOString()}>{dateTime.format(at)}</time>
      </dd>
    </>
  );
}

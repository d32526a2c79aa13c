import type { ReactNode } from "react";
import { Notice } from "../ui/notice.tsx";
import { Json } from "./json.tsx";
import type { ProbeAnswer, ProbeRequest } from "./probe.ts";
import { shorten } from "./token-text.ts";

type Props = {
  exchange: { request: ProbeRequest; answer: ProbeAnswer } | undefined;
  isPending: boolean;
  error: Error | null;
};

/**
 * What was asked and what came back. Only the status is announced: a body is for reading at one's own pace.
 */
export function ResponseView({ exchange, isPending, error }: Props) {
  return (
    <section
      aria-labelledby="response-heading"
      aria-busy={isPending}
      className="grid gap-3 border-line border-t pt-4"
    >
      <div className="flex items-center justify-between gap-3">
        <h3 id="response-heading" className="font-medium text-sm">
          Response
        </h3>
        <p role="status">{exchange && <Status {...exchange.answer} />}</p>
      </div>
      {error && <Notice kind="bad">No answer came: {error.message}</Notice>}
      {exchange && <Exchange {...exchange} />}
      {!exchange && !error && (
        <p className="text-muted text-sm">
          {isPending ? "Waiting for the answer…" : "Nothing was sent yet."}
        </p>
      )}
    </section>
  );
}

function Status({ status, statusText }: ProbeAnswer) {
  const look = status < 400 ? "bg-good-soft text-good" : "bg-bad-soft text-bad";
  return (
    <span className={`rounded-md px-2 py-1 font-mono font-semibold text-sm ${look}`}>
      {`${status} ${statusText}`.trim()}
    </span>
  );
}

function Exchange({ request, answer }: { request: ProbeRequest; answer: ProbeAnswer }) {
  return (
    <>
      <dl className="wrap-anywhere grid gap-2 text-xs">
        <Line name="Request">GET {request.url}</Line>
        <Line name="Authorization">{request.token ? `Bearer ${shortToken(request.token)}` : undefined}</Line>
        {request.change && <Line name="Changed">{request.change}</Line>}
        <Line name="WWW-Authenticate">{answer.challenge}</Line>
        <Line name="Content-Type">{answer.contentType}</Line>
        <Line name="X-Request-Id">{answer.requestId}</Line>
      </dl>
      <Json title="Body" value={answer.body} />
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd className="font-mono">{children ?? <span className="text-muted">none</span>}</dd>
    </div>
  );
}

/** Enough to see which token it was. The whole of it belongs on no screen. */
function shortToken(token: string): string {
  return token
    .split(".")
    .map((part) => shorten(part))
    .join(".");
}

import type { ReactNode } from "react";
import { Notice } from "../ui/notice.tsx";
import { Json } from "./json.tsx";
import type { ProbeRequest, ProbeResponse } from "./probe.ts";
import { shorten } from "./token-text.ts";

type Props = {
  exchange: { request: ProbeRequest; response: ProbeResponse } | undefined;
  isPending: boolean;
  error: Error | null;
};

/** Shows the request and its response. Screen readers announce only the status. */
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
        <p role="status">{exchange && <Status {...exchange.response} />}</p>
      </div>
      {error && <Notice kind="bad">No response: {error.message}</Notice>}
      {exchange && <Exchange {...exchange} />}
      {!exchange && !error && (
        <p className="text-muted text-sm">
          {isPending ? "Waiting for the response…" : "No request sent yet."}
        </p>
      )}
    </section>
  );
}

function Status({ status, statusText }: ProbeResponse) {
  const look = status < 400 ? "bg-good-soft text-good" : "bg-bad-soft text-bad";
  return (
    <span className={`rounded-md px-2 py-1 font-mono font-semibold text-sm ${look}`}>
      {`${status} ${statusText}`.trim()}
    </span>
  );
}

function Exchange({ request, response }: { request: ProbeRequest; response: ProbeResponse }) {
  return (
    <>
      <dl className="wrap-anywhere grid gap-2 text-xs">
        <Line name="Request">GET {request.url}</Line>
        <Line name="Authorization">{request.token ? `Bearer ${shortToken(request.token)}` : undefined}</Line>
        {request.change && <Line name="Changed">{request.change}</Line>}
        <Line name="WWW-Authenticate">{response.challenge}</Line>
        <Line name="Content-Type">{response.contentType}</Line>
        <Line name="X-Request-Id">{response.requestId}</Line>
      </dl>
      <Json title="Body" value={response.body} />
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

/** Enough to recognise the token. The whole token must not be on a screen. */
function shortToken(token: string): string {
  return token
    .split(".")
    .map((part) => shorten(part))
    .join(".");
}

import { type ReactNode, useId } from "react";
import { shorten } from "../token/token-text.ts";
import { Json } from "../ui/json.tsx";
import { Notice } from "../ui/notice.tsx";
import type { ApiResponse, Exchange } from "./send-request.ts";
import type { Outcome } from "./use-outcomes.ts";

type Props = {
  outcome: Outcome | undefined;
  /** Shows what the operator knows, too. */
  hasOperator: boolean;
};

/** A request, what the client got, and what the operator knows about it. */
export function Answer({ outcome, hasOperator }: Props) {
  const { exchange, error, isPending = false } = outcome ?? {};
  if (error) return <Notice kind="bad">No response: {error.message}</Notice>;
  if (exchange === undefined) {
    return (
      <p className="text-muted text-sm">{isPending ? "Waiting for the response…" : "No request sent yet."}</p>
    );
  }
  return (
    <>
      <RequestLines request={exchange.request} />
      <div className={`grid gap-x-6 gap-y-5 ${hasOperator ? "@md:grid-cols-2" : ""}`}>
        <ClientSide response={exchange.response} />
        {hasOperator && <OperatorSide exchange={exchange} />}
      </div>
    </>
  );
}

function RequestLines({ request }: { request: Exchange["request"] }) {
  return (
    <div className="grid gap-1.5">
      <dl className={lines}>
        <div>
          <dt className="sr-only">Request</dt>
          <dd>GET {request.url}</dd>
        </div>
        {request.authorization.map((token) => (
          <Line key={token} name="Authorization">
            Bearer {shortToken(token)}
          </Line>
        ))}
        {request.authorization.length === 0 && <Line name="Authorization" />}
      </dl>
      {request.note && <p className="text-muted text-xs">{request.note}</p>}
    </div>
  );
}

function ClientSide({ response }: { response: ApiResponse }) {
  const look = response.status < 400 ? "text-good" : "text-bad";
  return (
    <Side title="The client gets">
      <p className={`font-mono font-semibold text-lg leading-tight ${look}`}>
        {`${response.status} ${response.statusText}`.trim()}
      </p>
      <dl className={lines}>
        <Line name="WWW-Authenticate">{response.challenge}</Line>
        <Line name="X-Request-Id">{response.requestId}</Line>
      </dl>
      <Json title="Body" value={response.body} hidesTitle />
    </Side>
  );
}

/** Codes and hints are those of the API's log. A client never gets the hint. */
function OperatorSide({ exchange: { response, report } }: { exchange: Exchange }) {
  return (
    <Side title="The operator's log has">
      {report === undefined ? (
        <p className="text-muted text-sm">{withoutReport(response.status)}</p>
      ) : (
        <>
          <p className="wrap-anywhere font-mono font-semibold text-lg leading-tight">{report.code}</p>
          {report.hint && (
            <p className="wrap-anywhere text-sm leading-relaxed">
              <span className="sr-only">Hint: </span>
              {report.hint}
            </p>
          )}
          <dl className={lines}>
            {report.user && <Line name="User">{report.user}</Line>}
            <Line name="Request id">{response.requestId}</Line>
          </dl>
          <p className="text-muted text-xs">The client never gets the hint.</p>
        </>
      )}
    </Side>
  );
}

function withoutReport(status: number): string {
  if (status < 400) return "Nothing to explain: the request was accepted.";
  return "This API does not show its log to the page. Look for the request's id in the terminal where it runs.";
}

function Side({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid min-w-0 content-start gap-3">
      <p id={id} className="border-line border-b pb-1.5 font-medium text-muted text-xs">
        {title}
      </p>
      {children}
    </section>
  );
}

/** Lines as in an HTTP message. */
const lines = "wrap-anywhere grid gap-0.5 font-mono text-xs leading-4.5";

function Line({ name, children }: { name: string; children?: ReactNode }) {
  return (
    <div>
      <dt className="inline text-muted">
        {name}
        <span aria-hidden="true">: </span>
      </dt>
      <dd className="inline">{children || <span className="text-muted">none</span>}</dd>
    </div>
  );
}

/** Enough to recognise the token. The whole token must not be on a screen. */
function shortToken(token: string): string {
  return token
    .split(".")
    .map((part) => (part.includes(" ") ? `<${part}>` : shorten(part)))
    .join(".");
}

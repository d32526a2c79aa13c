/** Whether the API accepted a request: its status, and the word for it. */
export function Verdict({ status }: { status: number }) {
  const isAccepted = status < 400;
  const word = isAccepted ? "accepted" : status < 500 ? "refused" : "failed";
  return (
    <span
      className={`whitespace-nowrap rounded-md px-2 py-0.5 font-medium text-xs tabular-nums ${
        isAccepted ? "bg-good-soft text-good" : "bg-bad-soft text-bad"
      }`}
    >
      {status} {word}
    </span>
  );
}

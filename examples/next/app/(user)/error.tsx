"use client";

/** When the API or Better Auth cannot be reached. The message of a server's error stays on the server. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return (
    <div role="alert">
      <h1>This did not work</h1>
      <p>The tasks could not be loaded. You are still signed in.</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

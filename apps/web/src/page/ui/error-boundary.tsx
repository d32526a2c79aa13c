import { Component, type ReactNode } from "react";
import { FullPage } from "./full-page.tsx";
import { LoadFailure } from "./load-failure.tsx";

type State = { error: Error | undefined };

/** Catches errors while the page renders, such as an API URL that the client rejects. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <FullPage>
        <LoadFailure title="The page stopped" error={this.state.error} onRetry={() => location.reload()} />
      </FullPage>
    );
  }
}

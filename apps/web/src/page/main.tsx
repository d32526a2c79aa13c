import { notifyManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryDefaults } from "./api/query-defaults.ts";
import { App } from "./app.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";

const container = document.getElementById("page");
if (container === null) throw new Error('index.html has no element with the id "page"');

// Render cache changes in the same turn as the click that made them, not after a timer.
notifyManager.setScheduler(queueMicrotask);

const queryClient = new QueryClient({ defaultOptions: queryDefaults });

createRoot(container).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);

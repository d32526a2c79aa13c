import type { GuideFile } from "./guide-files.ts";

const typescript = {
  compilerOptions: {
    target: "ES2017",
    lib: ["dom", "dom.iterable", "esnext"],
    allowJs: true,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    module: "esnext",
    moduleResolution: "bundler",
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: "react-jsx",
    incremental: true,
    plugins: [{ name: "next" }],
    paths: { "@/*": ["./*"] },
  },
  include: ["next-env.d.ts", "**/*.ts", "**/*.tsx", ".next/types/**/*.ts", ".next/dev/types/**/*.ts"],
  exclude: ["node_modules"],
};

const layout = `import type { ReactNode } from "react";

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
`;

/** What create-next-app 16 writes, as far as a build needs it, without fonts from the network. */
export const newNextProject: readonly GuideFile[] = [
  { path: "package.json", code: JSON.stringify({ name: "my-app", private: true }) },
  { path: "tsconfig.json", code: JSON.stringify(typescript) },
  {
    path: "next.config.ts",
    code: "export default { cacheComponents: true, partialPrefetching: true };\n",
  },
  { path: "app/layout.tsx", code: layout },
];

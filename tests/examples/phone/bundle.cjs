/**
 * Bundles phone.js with the Metro and the Babel preset of examples/expo, for Android and in development: `node
 * bundle.cjs <output>`. Modules that need a device are those of the folder modules; everything else is real. All of
 * it is copied into the example, so that its own packages are found.
 */
const { cpSync, existsSync, rmSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join, resolve } = require("node:path");

const example = resolve(__dirname, "../../../examples/expo");
const requireOfExample = createRequire(join(example, "package.json"));
const { getDefaultConfig } = requireOfExample("expo/metro-config");
const Metro = createRequire(requireOfExample.resolve("@expo/metro-config/package.json"))("metro");

const folder = join(example, "build/phone");
rmSync(folder, { recursive: true, force: true });
cpSync(__dirname, folder, { recursive: true });

async function main() {
  const config = getDefaultConfig(example);
  const modules = new Set(["react-native", "expo-secure-store", "expo-constants", "expo-linking"]);
  for (const name of ["expo-network", "expo-modules-core", "expo-web-browser"]) modules.add(name);
  await Metro.runBuild(
    {
      ...config,
      watchFolders: [example],
      serializer: {
        ...config.serializer,
        customSerializer: undefined,
        getModulesRunBeforeMainModule: () => [],
        getPolyfills: () => [requireOfExample.resolve("expo/virtual/streams.js")],
      },
      resolver: {
        ...config.resolver,
        resolveRequest(context, name, platform) {
          const path = join(folder, "modules", `${name}.js`);
          if (modules.has(name))
            return existsSync(path) ? { type: "sourceFile", filePath: path } : { type: "empty" };
          if (name === "./setupReactNativeEnvironment") return { type: "empty" };
          return context.resolveRequest(context, name, platform);
        },
      },
    },
    { entry: join(folder, "phone.js"), out: process.argv[2], platform: "android", dev: true, minify: false },
  );
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(folder, { recursive: true, force: true });
    // Metro's workers would keep the process.
    process.exit();
  });

export default { expoConfig: { scheme: "usher-tasks" }, platform: {} };

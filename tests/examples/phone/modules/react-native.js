export const Platform = {
  OS: "android",
  select: (choices) => choices.android ?? choices.native ?? choices.default,
};
export const AppState = { addEventListener: () => ({ remove() {} }) };

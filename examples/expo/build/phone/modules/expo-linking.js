export const createURL = (path, { scheme = "usher-tasks" } = {}) => `${scheme}://${path}`;

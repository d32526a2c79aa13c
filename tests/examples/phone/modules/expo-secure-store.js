export const values = new Map();
export const getItem = (key) => values.get(key) ?? null;
export const setItem = (key, value) => void values.set(key, value);
export const getItemAsync = async (key) => getItem(key);
export const setItemAsync = async (key, value) => setItem(key, value);
export const deleteItemAsync = async (key) => void values.delete(key);

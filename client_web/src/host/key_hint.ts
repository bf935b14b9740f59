/** What a button says when it is pointed at: its words, and the key that does the same. */
export const withKey = (words: string, key: string): string => `${words} (${key})`;

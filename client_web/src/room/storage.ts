/** A shelf for small JSON values. Browsers may refuse storage (private windows, full disks): then it holds until reload. */
export interface Shelf {
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  drop(key: string): void;
}

export function shelf(area: () => Storage): Shelf {
  const memory = new Map<string, string>();
  const within = (use: (storage: Storage) => string | null | void): string | null | void => {
    try {
      return use(area());
    } catch {
      // Refused: the copy in memory serves this page's life.
      return null;
    }
  };
  return {
    get<T>(key: string): T | undefined {
      const text = within((storage) => storage.getItem(key)) ?? memory.get(key);
      if (text === undefined || text === null) return undefined;
      try {
        return JSON.parse(text) as T;
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      const text = JSON.stringify(value);
      memory.set(key, text);
      within((storage) => storage.setItem(key, text));
    },
    drop(key) {
      memory.delete(key);
      within((storage) => storage.removeItem(key));
    },
  };
}

/** Kept on this device. */
export const device: Shelf = shelf(() => localStorage);

/** Kept for this tab, over reloads. */
export const tab: Shelf = shelf(() => sessionStorage);

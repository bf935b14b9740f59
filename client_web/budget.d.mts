import type { Rolldown } from "vite";

export function gzipped(entry: string, bundle: Rolldown.OutputBundle): number;

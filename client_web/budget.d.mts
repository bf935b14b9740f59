import type { Rolldown } from "vite";

export function loaded(entry: string, bundle: Rolldown.OutputBundle): string[];
export function gzipped(entry: string, bundle: Rolldown.OutputBundle): number;
export function holding(module: string, bundle: Rolldown.OutputBundle): string[];

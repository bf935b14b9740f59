import type { Rolldown } from "vite";

export function entryOf(entry: string, bundle: Rolldown.OutputBundle): Rolldown.OutputChunk;
export function loaded(entry: string, bundle: Rolldown.OutputBundle, beside?: string): string[];
export function gzipped(entry: string, bundle: Rolldown.OutputBundle, beside?: string): number;
export function holding(module: string, bundle: Rolldown.OutputBundle): string[];

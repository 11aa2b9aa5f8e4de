export type JobId = string;
export type WorkerId = string;
export type JobState = "ready" | "running" | "done" | "dead" | "cancelled";

export interface Job {
  id: JobId;
  kind: string;
  payload: unknown;
  state: JobState;
  tries: number;
  runAt: Date;
  idempotencyKey: string | null;
}

export interface QueueOptions {
  /** Jobs that one claim takes at most. */
  batchSize: number;
  /** Times that claimNext asks again when another worker was faster. */
  maxTries: number;
  /** Milliseconds after which a running job counts as lost. */
  timeoutMs: number;
}

export const DEFAULTS: QueueOptions = { batchSize: 50, maxTries: 3, timeoutMs: 30_000 };

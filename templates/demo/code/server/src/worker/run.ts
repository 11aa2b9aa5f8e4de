import { hostname } from "node:os";
import { makePool } from "../db/pool.js";
import { JobQueue } from "../queue/claim.js";
import type { Job } from "../queue/types.js";

export type Handler = (job: Job, signal: AbortSignal) => Promise<void>;

const IDLE_MS = 500;

export async function work(handlers: Record<string, Handler>, signal: AbortSignal): Promise<void> {
  const queue = new JobQueue(makePool());
  const worker = `${hostname()}:${process.pid}`;
  while (!signal.aborted) {
    const jobs = await queue.claimNext(worker);
    if (jobs.length === 0) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    for (const job of jobs) {
      try {
        await handlers[job.kind](job, signal);
        await queue.finish(job.id, worker);
      } catch {
        await queue.retry(job, worker);
      }
    }
  }
}

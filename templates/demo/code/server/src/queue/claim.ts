import type { Pool } from "../db/pool.js";
import { backoffSeconds } from "./backoff.js";
import { DEFAULTS, type Job, type JobId, type QueueOptions, type WorkerId } from "./types.js";

const CLAIM = `
  update jobs set state = 'running', worker = $1, started_at = now(), tries = tries + 1
  where id in (
    select id from jobs
    where state = 'ready' and run_at <= now()
    order by priority, run_at
    limit $2
    for update skip locked
  )
  returning *`;

const FINISH = `update jobs set state = 'done', finished_at = now() where id = $1 and worker = $2`;

const RETRY = `
  update jobs set state = case when tries < $3 then 'ready' else 'dead' end,
    run_at = now() + make_interval(secs => $4), worker = null
  where id = $1 and worker = $2`;

export class JobQueue {
  constructor(
    private readonly pool: Pool,
    private readonly opts: QueueOptions = DEFAULTS,
  ) {}

  /** Jobs for `worker`, at most one batch; empty when nothing is ready. The row lock is the claim. */
  async claimNext(worker: WorkerId): Promise<Job[]> {
    let tries = 0;
    while (tries < 3) {
      const { rows } = await this.pool.query<Job>(CLAIM, [worker, this.opts.batchSize]);
      if (rows.length > 0) return rows;
      if (!(await this.anyReady())) return [];
      tries += 1; // others hold what is ready: their commit may be a moment away
    }
    return [];
  }

  async finish(id: JobId, worker: WorkerId): Promise<boolean> {
    const { rowCount } = await this.pool.query(FINISH, [id, worker]);
    return rowCount === 1; // 0: the job timed out and belongs to somebody else by now
  }

  async retry(job: Job, worker: WorkerId): Promise<void> {
    await this.pool.query(RETRY, [job.id, worker, this.opts.maxTries, backoffSeconds(job.tries)]);
  }

  private async anyReady(): Promise<boolean> {
    const { rowCount } = await this.pool.query("select 1 from jobs where state = 'ready' and run_at <= now() limit 1");
    return rowCount === 1;
  }
}

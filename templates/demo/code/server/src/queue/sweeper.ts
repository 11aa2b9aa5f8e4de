import type { Pool } from "../db/pool.js";

/** Frees the locks that dead workers have left in job_locks. Runs hourly. */
export async function sweep(pool: Pool, olderThanMs: number): Promise<number> {
  const { rowCount } = await pool.query(
    "delete from job_locks where taken_at < now() - make_interval(secs => $1)",
    [olderThanMs / 1000],
  );
  return rowCount ?? 0;
}

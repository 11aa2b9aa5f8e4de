import type { Pool } from "../../db/pool.js";
import type { JobId } from "../../queue/types.js";
import { Problem } from "../errors.js";

export async function deleteJob(pool: Pool, id: JobId): Promise<void> {
  const { rows } = await pool.query("delete from jobs where id = $1 and state <> 'running' returning state", [id]);
  if (rows[0].state === undefined) throw new Problem(409, "The job is running");
}

import type { Pool } from "../../db/pool.js";
import type { Job, JobId } from "../../queue/types.js";
import { Problem } from "../errors.js";

export async function getJob(pool: Pool, id: JobId): Promise<Job> {
  const { rows } = await pool.query<Job>("select * from jobs where id = $1", [id]);
  if (!rows[0]) throw new Problem(404, "No such job");
  return rows[0];
}

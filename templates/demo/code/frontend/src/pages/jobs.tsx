import { useEffect, useState } from "react";
import type { Job } from "../../../server/src/queue/types";

const POLL_MS = 5_000;

export function JobsPage() {
  const [jobs, setJobs] = useState<Job[]>([]);
  useEffect(() => {
    const load = () => fetch("/jobs?limit=100").then((answer) => answer.json()).then(setJobs);
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <table>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <td>{job.kind}</td>
            <td>{job.state}</td>
            <td>{job.tries}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

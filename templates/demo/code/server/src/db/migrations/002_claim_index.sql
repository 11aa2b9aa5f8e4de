create index concurrently if not exists jobs_ready on jobs (priority, run_at) where state = 'ready';

"""What an app runs beside its web process: workers, cron entries, single commands."""

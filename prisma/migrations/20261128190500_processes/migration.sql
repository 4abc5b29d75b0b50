ALTER TABLE "app" ADD COLUMN "processes" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "app" ADD COLUMN "processesProven" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "backend" ADD COLUMN "processes" JSONB;
ALTER TABLE "backend" ADD COLUMN "processesSeenAt" TIMESTAMP(3);
ALTER TABLE "deployment" ADD COLUMN "processes" JSONB;

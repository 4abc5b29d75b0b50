-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "observedStreamsHash" TEXT,
ADD COLUMN     "streams" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "applied_config" ADD COLUMN     "streams" TEXT;

-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "canary" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "canary" JSONB,
ADD COLUMN     "canaryState" JSONB;

-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "canary" JSONB;

-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "slowStartPercent" INTEGER NOT NULL DEFAULT 100,
ADD COLUMN     "slowStartedAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "slowStartSeconds" INTEGER NOT NULL DEFAULT 0;

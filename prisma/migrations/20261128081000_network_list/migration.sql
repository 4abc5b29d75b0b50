-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "networksCheckedAt" TIMESTAMP(3),
ADD COLUMN     "networksFault" TEXT;

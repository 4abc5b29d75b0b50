-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "maintenance" BOOLEAN NOT NULL DEFAULT false;

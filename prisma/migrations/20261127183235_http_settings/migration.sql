-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "http" JSONB NOT NULL DEFAULT '{}';

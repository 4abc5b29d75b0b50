-- AlterTable
ALTER TABLE "app" ADD COLUMN     "lfs" BOOLEAN NOT NULL DEFAULT false;

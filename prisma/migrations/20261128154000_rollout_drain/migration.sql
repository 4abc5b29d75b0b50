-- AlterTable
ALTER TABLE "app" ADD COLUMN     "rolloutDrain" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "drain" BOOLEAN NOT NULL DEFAULT false;

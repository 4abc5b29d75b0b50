-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "heldBack" TEXT;

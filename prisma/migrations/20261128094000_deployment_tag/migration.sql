-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "tag" TEXT;
